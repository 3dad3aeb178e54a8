package dev.headgate.outbox;

import com.zaxxer.hikari.HikariDataSource;
import dev.headgate.kafka.KafkaDefaults;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** A process with one relay, whose destination is a table beside the outbox, or a topic. */
final class RelayMain {

    static final int BULK = 50;
    static final String URI = "outbox:orders?pollInterval=50&maxEntries=" + BULK;

    private RelayMain() {}

    /** Begins another process with these arguments; what it says is appended to the file. */
    static Process start(Path log, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                RelayMain.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .start();
    }

    /** Takes a JDBC URL, a user, and for a topic the URIs of the route's beginning and its end. */
    public static void main(String... arguments) throws Exception {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(arguments[0]);
        pool.setUsername(arguments[1]);
        pool.setMaximumPoolSize(3);
        CamelContext context = new DefaultCamelContext();
        context.getRegistry().bind("dataSource", pool);
        context.addComponent("kafka", KafkaDefaults.component());
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                if (arguments.length == 2) {
                    from(URI).process(destination(new JdbcTemplate(pool), "child"));
                } else {
                    from(arguments[2]).to(arguments[3]);
                }
            }
        });
        context.start();
        Thread.currentThread().join();
    }

    /** Slow, so that a relay is nearly always sending; in order of arrival. */
    static Processor destination(JdbcTemplate sql, String relay) {
        return exchange -> {
            Object[] ids = ((List<?>) exchange.getMessage().getBody())
                    .stream()
                            .map(entry -> Receiver.entry(Receiver.id(((Exchange) entry).getMessage())))
                            .toArray();
            sql.queryForList("select pg_sleep(0.02)");
            sql.update(connection -> {
                var statement = connection.prepareStatement(
                        "insert into arrived (entry, relay) select id, ? from unnest(?) with ordinality t(id, i) order by i");
                statement.setString(1, relay);
                statement.setArray(2, connection.createArrayOf("int8", ids));
                return statement;
            });
        };
    }
}
