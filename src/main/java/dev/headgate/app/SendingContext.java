package dev.headgate.app;

import dev.headgate.kafka.KafkaDefaults;
import dev.headgate.settings.Settings;
import dev.headgate.sqs.SqsDefaults;
import java.util.Properties;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;

/**
 * A Camel context without routes that sends through the same components, set up the same way, as {@link Headgate} reads
 * with: for commands that need no running Headgate and disturb none.
 */
public final class SendingContext implements AutoCloseable {

    private final Main main;
    private final ProducerTemplate template;

    private SendingContext(Main main) {
        this.main = main;
        this.template = main.getCamelContext().createProducerTemplate();
    }

    /** Connects to nothing before something is sent. */
    public static SendingContext start(Settings settings) {
        Main main = new Main();
        main.setOverrideProperties(properties(settings));
        main.setDefaultPropertyPlaceholderLocation("false");
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        main.configure().withName("headgate-sending").withCaseInsensitiveHeaders(false);
        // One who replays a dead letter wants to read about that only.
        main.configure().setStartupSummaryLevel(StartupSummaryLevel.Off);
        // Nobody looks at it, and of two that start at once in a process one would not: both take the name for free.
        main.configure().setJmxEnabled(false);
        main.bind("kafka-component", KafkaDefaults.component());
        main.bind("aws2-sqs-component", SqsDefaults.component());
        main.start();
        return new SendingContext(main);
    }

    /** Closed with this. */
    public ProducerTemplate template() {
        return template;
    }

    /** Stopped with this. */
    public CamelContext camelContext() {
        return main.getCamelContext();
    }

    @Override
    public void close() {
        template.stop();
        main.stop();
    }

    /** Leaves those of Camel's properties that are about Kafka, SQS and S3: a second management server would find its port taken. */
    private static Properties properties(Settings settings) {
        Properties properties = settings.asProperties();
        properties.keySet().removeIf(key -> {
            String name = key.toString();
            return name.startsWith("camel.")
                    && !name.startsWith("camel.component.kafka.")
                    && !name.startsWith("camel.component.aws2-sqs.")
                    && !name.startsWith("camel.component.aws2-s3.")
                    && !name.startsWith("camel.ssl.");
        });
        return properties;
    }
}
