package dev.headgate.guarantee;

import dev.headgate.job.JobComponent;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.postgresql.ds.PGSimpleDataSource;

/** Somebody else's Camel application with Headgate's jar on its class path: its routes, its data source, nothing else. */
final class ForeignMain {

    private ForeignMain() {}

    public static void main(String... arguments) throws Exception {
        Properties properties = read(Path.of(arguments[arguments.length - 1]));
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(properties.getProperty("headgate.database.url"));
        dataSource.setUser(properties.getProperty("headgate.database.user"));
        dataSource.setPassword(properties.getProperty("headgate.database.password"));
        DefaultCamelContext context = new DefaultCamelContext();
        context.getPropertiesComponent().setInitialProperties(properties);
        context.getRegistry().bind("dataSource", dataSource);
        JobComponent jobs = new JobComponent();
        jobs.setLease(Duration.ofSeconds(4));
        context.addComponent("job", jobs);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("{{foreign.from}}").routeId("foreign").to("batch:foreign");
                from("batch:foreign?linger=10ms")
                        .routeId("foreign-write")
                        .to("sql:insert into written select value ->> 'order_id'"
                                + " from json_array_elements(cast(:#${body.fresh} as json))");
            }
        });
        context.start();
        // Until the test ends its standard input, or kills it.
        System.in.transferTo(System.out);
        context.stop();
    }

    private static Properties read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return properties;
    }
}
