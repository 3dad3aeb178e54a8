package dev.headgate.sqs;

import org.apache.camel.component.aws2.sqs.Sqs2Component;
import org.apache.camel.component.aws2.sqs.Sqs2Configuration;

/** Camel's SQS component as Headgate needs it; {@code camel.component.aws2-sqs.*} properties still override. */
public final class SqsDefaults {

    private static final String ALL = "All";

    private SqsDefaults() {}

    public static Sqs2Component component() {
        Sqs2Configuration configuration = new Sqs2Configuration();
        complete(configuration);
        Sqs2Component component = new BulkSqsComponent();
        component.setConfiguration(configuration);
        return component;
    }

    /**
     * Sets what is not set, and that a message stays invisible for as long as it is in flight: else each time-out would count
     * as a receive while its batch waits for the database, until the queue's redrive policy takes it away.
     */
    public static void complete(Sqs2Configuration configuration) {
        // The receive count and the message group, and the sender's own attributes as headers.
        if (configuration.getAttributeNames() == null) {
            configuration.setAttributeNames(ALL);
        }
        if (configuration.getMessageAttributeNames() == null) {
            configuration.setMessageAttributeNames(ALL);
        }
        if (configuration.getWaitTimeSeconds() == null) {
            // Long polling, the longest that SQS offers.
            configuration.setWaitTimeSeconds(20);
        }
        if (configuration.getVisibilityTimeout() == null) {
            // A killed process's messages come again after this; while one is in flight it is extended.
            configuration.setVisibilityTimeout(30);
        }
        configuration.setExtendMessageVisibility(true);
    }
}
