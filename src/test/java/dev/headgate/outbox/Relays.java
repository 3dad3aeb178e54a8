package dev.headgate.outbox;

import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** Camel contexts with one relay each, stopped at the end of a test. */
final class Relays implements AutoCloseable {

    private final List<CamelContext> contexts = new ArrayList<>();

    CamelContext start(DataSource dataSource, String uri, Processor destination, Object... beans) throws Exception {
        CamelContext context = new DefaultCamelContext();
        context.getRegistry().bind("dataSource", dataSource);
        for (int i = 0; i < beans.length; i++) {
            context.getRegistry().bind("bean" + i, beans[i]);
        }
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from(uri).routeId("relay").process(destination);
            }
        });
        context.start();
        contexts.add(context);
        return context;
    }

    static OutboxComponent component(CamelContext context) {
        return context.getComponent("outbox", OutboxComponent.class);
    }

    @Override
    public void close() {
        contexts.forEach(CamelContext::stop);
    }
}
