package dev.headgate.job;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.time.Duration;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** A process that executes the jobs of a queue, and notes each attempt, and whether another one of its job was at work. */
final class JobMain {

    private static final String BEGIN =
            "insert into run (job, attempt, alone) values (?, ?, pg_try_advisory_lock(?, ?::int))";
    private static final int LOCKS = 4711;

    private JobMain() {}

    /** The name of the sessions of a process. */
    static String session(long process) {
        return "job process " + process;
    }

    /** Takes a JDBC URL, a user and a queue. */
    public static void main(String... arguments) throws Exception {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(arguments[0]);
        pool.setUsername(arguments[1]);
        pool.setMaximumPoolSize(12);
        pool.addDataSourceProperty(
                "ApplicationName", session(ProcessHandle.current().pid()));
        JobComponent component = new JobComponent();
        component.setDataSource(pool);
        component.setLease(Duration.ofSeconds(4));
        DefaultCamelContext context = new DefaultCamelContext();
        context.addComponent("job", component);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("job:" + arguments[2] + "?concurrency=6&pollInterval=100")
                        .process(exchange -> new JdbcTemplate(pool).execute((Connection connection) -> {
                            Long job = exchange.getMessage().getHeader(JobHeaders.ID, Long.class);
                            Integer attempt = exchange.getMessage().getHeader(JobHeaders.ATTEMPT, Integer.class);
                            JdbcTemplate same = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
                            same.execute("set synchronous_commit = off");
                            same.update(BEGIN, job, attempt, LOCKS, job);
                            same.queryForList("select pg_advisory_unlock(?, ?::int)", LOCKS, job);
                            return null;
                        }));
            }
        });
        context.start();
        Thread.currentThread().join();
    }
}
