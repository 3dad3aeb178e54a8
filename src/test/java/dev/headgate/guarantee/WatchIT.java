package dev.headgate.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/**
 * Files of routes edited while messages run, right and wrong: nothing is lost or doubled, and what is wrong changes nothing.
 */
class WatchIT {

    @TempDir
    Path folder;

    @Test
    void edits_of_yaml_and_sql_take_effect_while_messages_run_and_broken_ones_do_not() throws Exception {
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, folder);
        Load load = new Load(System.nanoTime(), 200, 0.1);
        try (Pipeline pipeline = new Pipeline(2);
                CapturedLog log = new CapturedLog("dev.headgate.app.RouteReload")) {
            var headgate = pipeline.start(folder, Map.of(), Map.of());
            headgate.watch();
            var context = headgate.camelContext();
            var relay = context.getRoute("orders-applied-relay");
            var before = context.getRoute("orders-write");
            CompletableFuture<Void> sending = load.sendSteadily(pipeline, 8_000, 400);

            // SQL alone.
            edit("sql/orders-state.sql", "insert into orders", "/* second */\ninsert into orders");
            reloaded(log, 1);
            assertThat(context.getRoute("orders-write")).isNotNull().isNotSameAs(before);
            assertThat(context.getRoute("orders-applied-relay")).isSameAs(relay);

            // SQL that Postgres refuses.
            edit("sql/orders-state.sql", "insert into orders", "insert into order");
            refused(log, 1, ".camel.yaml, line 35", "-state.sql, line ");
            edit("sql/orders-state.sql", "insert into order ", "insert into orders ");
            // Back to what runs: nothing to do. Now the columns and lanes of the batch, and an id.
            edit("orders.camel.yaml", "headerColumns: channel text", "headerColumns: channel text\n        lanes: 2");
            reloaded(log, 2);
            edit("orders.camel.yaml", "id: orders-write", "id: orders-write-again");
            reloaded(log, 3);
            assertThat(context.getRoute("orders-write")).isNull();

            // YAML that is none.
            edit("orders.camel.yaml", "      steps:\n        - throttle", "      steps:\n       - throttle");
            refused(log, 2, ".camel.yaml, line ");
            edit("orders.camel.yaml", "      steps:\n       - throttle", "      steps:\n        - throttle");

            edit("application.properties", "orders.max-rate=", "orders.max-rate=1");
            Pipeline.await().untilAsserted(() -> assertThat(log.with("application.properties has changed"))
                    .hasSize(1));

            sending.join();
            Account.reconciles(pipeline, load);
            assertThat(pipeline.committed()).isEqualTo(load.sent());
            assertThat(context.getRoute("orders-write-again")).isNotNull();
        }
    }

    @Test
    void a_command_reloads_what_an_outage_has_been_mended_by_files_that_came_and_files_that_went() throws Exception {
        FileSystemUtils.copyRecursively(Pipeline.ROUTES, folder);
        Load load = new Load(System.nanoTime(), 50, 0);
        try (Pipeline pipeline = new Pipeline(1)) {
            Servers.KAFKA.createTopic(pipeline.topic + "-copies", 1, Map.of());
            Map<String, String> settings = pipeline.properties();
            settings.putAll(Map.of(
                    "camel.management.enabled", "true",
                    "camel.management.port", Integer.toString(Scrape.freePort()),
                    "headgate.management.write", "true",
                    "headgate.management.token", "t0ken"));
            var context = pipeline.start(folder, settings, Map.of()).camelContext();
            assertThat(reload(settings).succeeded().out()).isEqualTo("No route has changed.\n");
            load.send(pipeline, 100);
            pipeline.flush();
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(100));

            pipeline.execute("alter table orders rename column status to state");
            load.send(pipeline, 100);
            Pipeline.await()
                    .untilAsserted(
                            () -> assertThat(pipelines(settings, "list").out()).contains("held"));
            Path sql = folder.resolve("sql/orders-state.sql");
            Files.writeString(
                    sql,
                    Files.readString(sql)
                            .replace(
                                    "currency, status, channel, items, placed_at)",
                                    "currency, state, channel, items, placed_at)")
                            .replace("status = excluded.status", "state = excluded.state"));
            assertThat(reload(settings).succeeded().out()).isEqualTo("Started: orders-write, orders\n");
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(200));

            // A pipeline that comes, is paused, and goes; what it has in flight is none of the others'.
            Files.writeString(folder.resolve("copies.camel.yaml"), COPIES);
            assertThat(reload(settings).succeeded().out()).isEqualTo("Started: copies-write, copies\n");
            pipelines(settings, "pause copies").succeeded();
            edit("copies.camel.yaml", "select 1", "select 2");
            assertThat(reload(settings).succeeded().out()).isEqualTo("Started: copies-write, copies\n");
            assertThat(pipelines(settings, "show copies").succeeded().out()).contains("operator");
            // What no check foresees: Camel refuses to start the new routes, and the old ones run again.
            edit("copies.camel.yaml", "    id: copies\n", "    id: copies\n    startupOrder: 7\n");
            reload(settings).succeeded();
            edit("orders.camel.yaml", "    id: orders\n", "    id: orders\n    startupOrder: 7\n");
            HeadgateCommand clash = reload(settings);
            assertThat(clash.exitCode()).isEqualTo(1);
            assertThat(clash.err()).contains("the new routes do not start", "startup order clash");
            load.send(pipeline, 50);
            pipeline.flush();
            Pipeline.await()
                    .untilAsserted(() -> assertThat(pipeline.committed()).isEqualTo(250));
            edit("orders.camel.yaml", "    startupOrder: 7\n", "");

            Files.delete(folder.resolve("copies.camel.yaml"));
            assertThat(reload(settings).succeeded().out()).isEqualTo("Stopped: copies-write, copies\n");
            pipelines(settings, "show copies").failed(1, "No pipeline copies runs there");
            assertThat(context.getEndpoints())
                    .noneMatch(endpoint -> endpoint.getEndpointUri().contains("copies"));

            Files.createDirectories(folder.resolve("migrations"));
            Files.writeString(folder.resolve("migrations/V900__more.sql"), "alter table orders add more text;");
            edit("sql/orders-state.sql", "insert into orders", "insert into  orders");
            HeadgateCommand pending = reload(settings);
            assertThat(pending.exitCode()).isEqualTo(1);
            assertThat(pending.err()).contains("V900__more.sql", "restart, a start applies it");
            Files.delete(folder.resolve("migrations/V900__more.sql"));
            Files.writeString(
                    folder.resolve("beans.camel.yaml"), "- beans:\n    - { name: x, type: java.lang.Object }\n");
            assertThat(reload(settings).err()).contains("it holds beans").contains("restart to have that");
            Files.delete(folder.resolve("beans.camel.yaml"));

            load.send(pipeline, 100);
            Account.reconciles(pipeline, load);
        }
    }

    private static final String COPIES = """
            - route:
                id: copies
                from:
                  uri: kafka:{{orders.topic}}-copies
                  parameters: { groupId: "{{orders.group}}-copies" }
                  steps:
                    - to: batch:copies
            - route:
                id: copies-write
                from:
                  uri: batch:copies
                  steps:
                    - to: "sql:select 1 from orders limit 1"
            """;

    private HeadgateCommand reload(Map<String, String> settings) {
        return pipelines(settings, "reload");
    }

    private HeadgateCommand pipelines(Map<String, String> settings, String words) {
        return HeadgateCommand.run(folder, settings, List.of(("pipelines " + words).split(" ")));
    }

    private void edit(String file, String from, String to) throws IOException {
        Path path = folder.resolve(file);
        String text = Files.readString(path);
        assertThat(text).contains(from);
        Files.writeString(path, text.replace(from, to));
    }

    private static void reloaded(CapturedLog log, int times) {
        Pipeline.await().untilAsserted(() -> assertThat(log.with("Reloaded in")).hasSize(times));
    }

    private static void refused(CapturedLog log, int times, String... parts) {
        Pipeline.await().untilAsserted(() -> assertThat(log.with("Not reloaded, the old routes run on"))
                .hasSize(times));
        assertThat(log.with("Not reloaded").get(times - 1)).contains(List.of(parts));
    }
}
