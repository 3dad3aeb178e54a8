package dev.headgate.outbox;

import dev.headgate.message.Headers;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.spi.Metadata;

/** What a relayed entry has as headers besides its own. */
public final class OutboxHeaders {

    @Metadata(
            label = "consumer",
            javaType = "String",
            description =
                    "The id of the installation and the id of the entry, the same each time it is sent, by which a"
                            + " receiver knows a repetition; unique in the world.")
    public static final String MESSAGE_ID = Headers.MESSAGE_ID;

    @Metadata(label = "consumer", javaType = "String", description = "The media type of the payload.")
    public static final String CONTENT_TYPE = Headers.CONTENT_TYPE;

    @Metadata(label = "consumer", javaType = "String", description = "The key that orders the entry, if it has one.")
    public static final String KEY = KafkaConstants.KEY;

    private OutboxHeaders() {}
}
