package dev.headgate.job;

import com.zaxxer.hikari.HikariDataSource;
import dev.headgate.devservices.DevPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** One server with Headgate's tables for all tests of this JVM; a queue of its own for each; contexts to stop. */
final class JobDatabase implements AutoCloseable {

    private static final HikariDataSource POOL = pool();
    private static final AtomicInteger NUMBER = new AtomicInteger();

    final String queue = "queue-" + NUMBER.incrementAndGet();
    final HikariDataSource pool = POOL;
    final JdbcTemplate sql = new JdbcTemplate(POOL);
    private final List<CamelContext> contexts = new ArrayList<>();

    private static HikariDataSource pool() {
        try {
            DevPostgres server =
                    DevPostgres.start(Files.createTempDirectory("job-postgres")).stopAtExit();
            HikariDataSource pool = new HikariDataSource();
            pool.setDataSource(server.dataSource());
            pool.setMaximumPoolSize(12);
            Flyway.configure()
                    .dataSource(pool)
                    .schemas("headgate")
                    .locations("classpath:dev/headgate/database")
                    .load()
                    .migrate();
            return pool;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A context that executes the jobs of this test's queue, with options such as {@code ?concurrency=2}. */
    CamelContext start(String options, Processor handler, Object... beans) throws Exception {
        return start(
                new RouteBuilder() {
                    @Override
                    public void configure() {
                        errorHandler(noErrorHandler());
                        from("job:" + queue + options).routeId("handler").process(handler);
                    }
                },
                beans);
    }

    CamelContext start(RouteBuilder routes, Object... beans) throws Exception {
        return start(new JobComponent(), routes, beans);
    }

    /** With a component that has a clock or a database of its own; its lease lasts three seconds. */
    CamelContext start(JobComponent component, RouteBuilder routes, Object... beans) throws Exception {
        CamelContext context = new DefaultCamelContext();
        if (component.getDataSource() == null) {
            component.setDataSource(pool);
        }
        component.setLease(Duration.ofSeconds(3));
        context.addComponent("job", component);
        context.getRegistry().bind("dataSource", pool);
        context.getRegistry()
                .bind("PROPAGATION_REQUIRED", new SpringTransactionPolicy(new DataSourceTransactionManager(pool)));
        for (int i = 0; i < beans.length; i++) {
            context.getRegistry().bind("bean" + i, beans[i]);
        }
        context.addRoutes(routes);
        context.getShutdownStrategy().setTimeout(5);
        contexts.add(context);
        context.start();
        return context;
    }

    /** A pool of a server whose clock is behind that of this process. */
    HikariDataSource late(Duration behind) {
        sql.execute("create schema if not exists late");
        for (String clock : List.of("now", "clock_timestamp")) {
            sql.execute("create or replace function late." + clock + "() returns timestamptz stable language sql return"
                    + " pg_catalog." + clock + "() - interval '" + behind.toSeconds() + " s'");
        }
        HikariDataSource late = new HikariDataSource();
        late.setDataSource(pool.getDataSource());
        late.setMaximumPoolSize(4);
        late.setConnectionInitSql("set search_path to late, pg_catalog, public");
        return late;
    }

    Jobs jobs(CamelContext context) {
        return context.getComponent("job", JobComponent.class).jobs();
    }

    /** By SQL, as the documentation has it; the payloads are running numbers. */
    void insert(int jobs) {
        sql.update(
                "insert into headgate.job (queue, payload) select ?, convert_to(i::text, 'UTF8')"
                        + " from generate_series(1, ?) i",
                queue,
                jobs);
    }

    long count(String condition) {
        return sql.queryForObject(
                "select count(*) from headgate.job where queue = ? and " + condition, Long.class, queue);
    }

    String text(String expression) {
        return sql.queryForObject("select " + expression + " from headgate.job where queue = ?", String.class, queue);
    }

    static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
    }

    void awaitCount(String condition, long count) {
        await().until(() -> count(condition) == count);
    }

    @Override
    public void close() {
        contexts.forEach(CamelContext::stop);
    }
}
