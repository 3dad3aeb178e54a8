package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** {@code headgate check --database}: what only the database knows, asked of one, of which nothing is changed. */
class CheckIT {

    private static final List<String> CHECK = List.of("check", "--database");

    @Test
    void says_what_is_pending_and_then_what_the_sql_lacks(@TempDir Path folder) throws IOException {
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, folder);
        try (Pipeline pipeline = new Pipeline(1)) {
            HeadgateCommand fresh =
                    HeadgateCommand.run(folder, pipeline.properties(), CHECK).succeeded();
            assertThat(fresh.out())
                    .contains("warning: ", "V1__orders.sql", "is not applied to the database", "no errors");
            assertThat(pipeline.text("select to_regclass('headgate.ledger') is null"))
                    .isEqualTo("t");

            pipeline.migrate();
            assertThat(HeadgateCommand.run(folder, pipeline.properties(), CHECK)
                            .succeeded()
                            .out())
                    .endsWith("no errors, no warnings\n");

            pipeline.execute("alter table orders drop constraint orders_pkey");
            pipeline.execute("alter table receipts rename sent_at to sent");
            pipeline.execute("alter table receipts rename version to revision");
            pipeline.execute("create role poor_%s login".formatted(pipeline.name));
            HeadgateCommand changed = HeadgateCommand.run(folder, pipeline.properties(), CHECK);
            assertThat(changed.exitCode()).isEqualTo(1);
            assertThat(changed.out().lines())
                    .anySatisfy(line -> assertThat(line)
                            .startsWith("error: ")
                            .contains(
                                    "orders.camel.yaml, line 35: Route orders-write, step orders-state (to): ",
                                    "no unique or exclusion constraint matching the ON CONFLICT"))
                    .anySatisfy(line -> assertThat(line)
                            .contains(
                                    "receipts.camel.yaml, line 12: Route send-receipt, step receipts-send (to): ",
                                    "column \"version\" of relation \"receipts\" does not exist"));

            Map<String, String> poor = new HashMap<>(pipeline.properties());
            poor.put("headgate.database.user", "poor_" + pipeline.name);
            poor.put("headgate.migrate", "false");
            pipeline.execute("grant usage on schema headgate to poor_" + pipeline.name);
            pipeline.execute("grant select on all tables in schema headgate to poor_" + pipeline.name);
            assertThat(HeadgateCommand.run(folder, poor, CHECK).out())
                    .contains("permission denied for table outbox", "Grant it to the role poor_" + pipeline.name);
        }
    }

    @Test
    void run_says_all_before_it_asks_a_server(@TempDir Path folder) throws IOException {
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, folder);
        for (Map.Entry<String, String> mistake : Map.of(
                        "orders.camel.yaml", "groupId:", "outbox-relay.camel.yaml", "outbox:orders")
                .entrySet()) {
            Path file = folder.resolve(mistake.getKey());
            Files.writeString(
                    file,
                    Files.readString(file)
                            .replace(mistake.getValue(), mistake.getValue().replace("o", "oo")));
        }

        HeadgateCommand run = HeadgateCommand.run(
                folder, Map.of("headgate.database.url", "jdbc:postgresql://localhost:1/x"), List.of("run"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .hasSize(2)
                .anySatisfy(line -> assertThat(line).contains("orders.camel.yaml, line 12", "has no option `grooupId`"))
                .anySatisfy(line -> assertThat(line)
                        .contains("outbox-relay.camel.yaml, line 9", "no component has the scheme ooutboox"));
    }
}
