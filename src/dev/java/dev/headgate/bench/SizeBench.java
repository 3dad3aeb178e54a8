package dev.headgate.bench;

import dev.headgate.bench.FlowResult.Drained;
import dev.headgate.demo.KafkaSource;
import dev.headgate.demo.OrderGenerator;
import dev.headgate.demo.Trouble;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;

/**
 * The shipped Headgate on tables that hold much already: a backlog through all of it, then claims alone. Each case has a
 * database of its own, on the same servers, which are checkpointed before.
 */
final class SizeBench {
    private static final int CLAIMS = 50;
    private static final String LEDGER = """
            insert into headgate.ledger (pipeline, key, source, applied_at)
            select 'orders', %s, 'orders-0@' || i, now() - cast(? as interval) from generate_series(?, ?) i
            """;
    private static final String OUTBOX = """
            insert into headgate.outbox (pipeline, destination, key, payload, created_at, delivered_at)
            select 'orders', 'orders-applied', 'order-0-' || i,
                   convert_to('{"order_id" : "order-0-' || i || '", "version" : 1, "status" : "placed", '
                              || '"amount" : 1234.56, "currency" : "EUR"}', 'UTF8'),
                   now() - cast(? as interval), now() - cast(? as interval)
            from generate_series(?, ?) i
            """;
    private static final String CLAIM = """
            insert into headgate.ledger (pipeline, key, source)
            select 'orders', key, 'claim' from unnest(?::text[]) key order by key on conflict do nothing returning key
            """;

    /** What is in the tables, and comes. */
    enum Keys {
        /** Ids that say nothing, such as random UUIDs. */
        RANDOM("gen_random_uuid()::text") {
            @Override
            String id(long number) {
                return UUID.nameUUIDFromBytes(Long.toString(number).getBytes(StandardCharsets.UTF_8))
                        .toString();
            }
        },

        /** Ids that begin with the time, such as UUIDs of version 7: new ones come after all that are there. */
        ORDERED("lpad(to_hex(i), 12, '0') || '-7000-8000-000000000000'") {
            @Override
            String id(long number) {
                return "%012x-7000-8000-000000000000".formatted((1L << 40) + number);
            }
        };

        private final String sql;

        Keys(String sql) {
            this.sql = sql;
        }

        abstract String id(long number);
    }

    /**
     * One case.
     *
     * @param rows in the ledger, and as many in the outbox, which are delivered
     * @param keys of the rows, and of what comes
     * @param expired whether the rows are past their retention, and purged while the backlog comes through
     * @param committed the backlog
     * @param walBytes written from before the backlog to its end, for each of its messages
     * @param claimMicros processor time of Postgres for each key that is claimed in batches, alone
     * @param purged rows of the ledger that were deleted meanwhile
     * @param fallPercent by how much fewer messages a second were committed than on empty tables; null if these were not
     *     measured
     */
    record Case(
            long rows,
            String keys,
            boolean expired,
            Drained committed,
            long walBytes,
            double claimMicros,
            long purged,
            @Nullable Double fallPercent) {

        Case against(List<Case> before) {
            Double fall = before.stream()
                    .filter(other -> other.rows == 0 && other.keys.equals(keys))
                    .findFirst()
                    .map(empty -> Flow.tenths(100 - 100.0 * committed.perSecond() / empty.committed.perSecond()))
                    .orElse(null);
            return new Case(rows, keys, expired, committed, walBytes, claimMicros, purged, rows == 0 ? null : fall);
        }
    }

    private record Through(Drained committed, long walBytes, long purged) {}

    private final Path routes;
    private final int messages;
    private final Consumer<String> progress;

    SizeBench(Path routes, int messages, Consumer<String> progress) {
        this.routes = routes;
        this.messages = messages;
        this.progress = progress;
    }

    SizeResult run(List<Long> sizes, Path directory) throws IOException, InterruptedException {
        Path copied = directory.resolve("routes");
        FileSystemUtils.copyRecursively(routes, copied);
        try (var servers = BenchServers.start(directory, routes, false)) {
            List<Case> cases = new ArrayList<>();
            for (long rows : sizes) {
                for (Keys keys : Keys.values()) {
                    cases.add(measure(servers, copied, directory, rows, keys, false)
                            .against(cases));
                }
                if (rows > 0) {
                    cases.add(measure(servers, copied, directory, rows, Keys.ORDERED, true)
                            .against(cases));
                }
            }
            return new SizeResult(servers.machine(), messages, PlainMain.BATCH_SIZE, JavaProcess.options(), cases);
        }
    }

    private Case measure(BenchServers servers, Path folder, Path directory, long rows, Keys keys, boolean expired)
            throws IOException, InterruptedException {
        String name = "size_%d_%s%s".formatted(rows, keys.name().toLowerCase(Locale.ROOT), expired ? "_expired" : "");
        progress.accept("%,d rows, %s%s ..."
                .formatted(rows, keys.name().toLowerCase(Locale.ROOT), expired ? ", past their retention" : ""));
        Map<String, String> settings = servers.properties(name);
        String target = name + "-applied";
        settings.putAll(Map.of(
                "orders.topic", name,
                "orders.group", name,
                "orders.applied-topic", target,
                "headgate.purge-interval", expired ? "1s" : "10m",
                "camel.management.enabled", "false"));
        servers.createDatabase(name);
        Contender.HEADGATE.createTables(servers.database(name), folder, settings);
        servers.createTopic(name, Map.of());
        servers.createTargetTopic(target);
        JdbcTemplate database = servers.database(name);
        String age = expired ? "30 days" : "1 hour";
        fill(
                () -> new TableFill(database, "headgate.ledger", progress).fill(LEDGER.formatted(keys.sql), rows, age),
                () -> new TableFill(database, "headgate.outbox", progress).fill(OUTBOX, rows, age, age));
        database.execute("vacuum analyze");
        database.execute("checkpoint");
        fill(servers, name, keys);
        try {
            Through through =
                    drain(servers, folder, Flow.written(settings, directory.resolve(name + ".properties")), name, rows);
            return new Case(
                    rows,
                    keys.name().toLowerCase(Locale.ROOT),
                    expired,
                    through.committed,
                    through.walBytes,
                    claim(servers, database, keys),
                    through.purged,
                    null);
        } finally {
            servers.dropDatabase(name);
        }
    }

    /** The part of a case that Headgate runs for. */
    private Through drain(BenchServers servers, Path folder, Path config, String name, long rows)
            throws IOException, InterruptedException {
        JdbcTemplate database = servers.database(name);
        String before = database.queryForObject("select pg_current_wal_insert_lsn()", String.class);
        try (var process = Contender.HEADGATE.start(config.resolveSibling(name + ".log"), folder, config);
                var cpu = CpuSamples.start(Flow.clocks(servers, process))) {
            servers.await(name + "-applied", messages, process);
            long wal = count(
                    database,
                    "select cast(pg_current_wal_insert_lsn() - cast('%s' as pg_lsn) as bigint)".formatted(before));
            Times committed = servers.committed(name, Inflow.BACKLOG, messages);
            return new Through(
                    Flow.drained(cpu, committed, committed.last()),
                    wal / messages,
                    rows - count(database, "select count(*) from headgate.ledger where source like 'orders-0@%'"));
        }
    }

    private static long count(JdbcTemplate database, String query) {
        return Objects.requireNonNull(database.queryForObject(query, Long.class));
    }

    /** Both at once. */
    private static void fill(Runnable ledger, Runnable outbox) {
        CompletableFuture<Void> beside = CompletableFuture.runAsync(outbox);
        try {
            ledger.run();
        } finally {
            beside.join();
        }
    }

    private void fill(BenchServers servers, String topic, Keys keys) {
        var generator = new OrderGenerator(Inflow.BACKLOG, Trouble.NONE);
        try (var source = new KafkaSource(servers.brokers(), topic, topic)) {
            for (int number = 0; number < messages; number++) {
                source.send(generator.next().as(keys.id(number)));
            }
            source.flush();
        }
    }

    /** New keys, a transaction for each batch. */
    private double claim(BenchServers servers, JdbcTemplate database, Keys keys) {
        CpuClock postgres = Objects.requireNonNull(servers.clocks().get("postgres"));
        database.execute("checkpoint");
        return Objects.requireNonNull(database.execute((ConnectionCallback<Double>) connection -> {
            long before = postgres.micros();
            try (var claim = connection.prepareStatement(CLAIM)) {
                for (int batch = 0; batch < CLAIMS; batch++) {
                    long first = messages + (long) batch * PlainMain.BATCH_SIZE;
                    Array ids = connection.createArrayOf(
                            "text",
                            LongStream.range(first, first + PlainMain.BATCH_SIZE)
                                    .mapToObj(keys::id)
                                    .toArray());
                    claim.setArray(1, ids);
                    claim.executeQuery().close();
                }
            }
            return Flow.tenths((postgres.micros() - before) / (double) (CLAIMS * PlainMain.BATCH_SIZE));
        }));
    }
}
