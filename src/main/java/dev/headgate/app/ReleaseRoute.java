package dev.headgate.app;

import dev.headgate.deadletter.ConsumedSources;
import dev.headgate.deadletter.Replayer;
import java.time.Duration;
import javax.sql.DataSource;
import org.apache.camel.ProducerTemplate;

/**
 * Sends held messages to their source again as soon as nothing of their key stands before them: after a dead letter was
 * discarded, and for those that were held while it was being replayed.
 */
public final class ReleaseRoute extends UpkeepRoutes {

    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final DataSource dataSource;
    private final int maxReplays;

    /** @param maxReplays how often one message may be replayed; releases do not count */
    public ReleaseRoute(DataSource dataSource, int maxReplays) {
        this.dataSource = dataSource;
        this.maxReplays = maxReplays;
    }

    @Override
    public void configure() throws Exception {
        ProducerTemplate template = getContext().createProducerTemplate();
        getContext().addService(template);
        // Routes come and go while the process runs.
        Replayer replayer = new Replayer(
                dataSource, template, source -> ConsumedSources.in(getContext()).test(source), maxReplays);
        each(
                INTERVAL,
                "release-held",
                "Sends held messages again that have nothing of their key before them any more.",
                route -> route.process(exchange -> replayer.release()).id("release-held-send"));
    }
}
