package dev.headgate.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;

/** What another one does who receives from the source queue, over and over. */
final class QueueFaults {

    private QueueFaults() {}

    /** Holds messages for a while and gives them back: they come late, and not for the first time. */
    static FaultKind.Maker givenBack() {
        return site -> new OtherReceiver(site.queue(), 30);
    }

    /**
     * Does not hold them, and gives them back when others have received them: what they are writing becomes visible, and is
     * received again.
     */
    static FaultKind.Maker redelivered() {
        return site -> new OtherReceiver(site.queue(), 0);
    }

    private static final class OtherReceiver implements Fault {
        private static final int MOST_AT_ONCE = 10;
        private static final long BETWEEN_MILLIS = 100;

        private final SourceQueue queue;
        private final int visibilityTimeoutSeconds;
        private final Thread receiving = new Thread(this::receive, "chaos-other-receiver");
        private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
        private volatile boolean healed;

        OtherReceiver(SourceQueue queue, int visibilityTimeoutSeconds) {
            this.queue = queue;
            this.visibilityTimeoutSeconds = visibilityTimeoutSeconds;
            receiving.setDaemon(true);
        }

        @Override
        public void apply() {
            receiving.start();
        }

        /** When all is given back. */
        @Override
        public void heal() throws InterruptedException {
            healed = true;
            receiving.join();
            RuntimeException problem = failure.get();
            if (problem != null) {
                throw problem;
            }
        }

        private void receive() {
            try {
                while (!healed) {
                    List<Message> messages = queue.sqs()
                            .client()
                            .receiveMessage(request -> request.queueUrl(queue.url())
                                    .maxNumberOfMessages(MOST_AT_ONCE)
                                    .waitTimeSeconds(1)
                                    .visibilityTimeout(visibilityTimeoutSeconds))
                            .messages();
                    Thread.sleep(BETWEEN_MILLIS);
                    if (!messages.isEmpty()) {
                        giveBack(messages);
                    }
                }
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException problem) {
                failure.set(problem);
            }
        }

        /** Of those that are deleted meanwhile the answer says so. */
        private void giveBack(List<Message> messages) {
            List<ChangeMessageVisibilityBatchRequestEntry> entries = new ArrayList<>();
            for (Message message : messages) {
                entries.add(ChangeMessageVisibilityBatchRequestEntry.builder()
                        .id(String.valueOf(entries.size()))
                        .receiptHandle(message.receiptHandle())
                        .visibilityTimeout(0)
                        .build());
            }
            queue.sqs().client().changeMessageVisibilityBatch(request -> request.queueUrl(queue.url())
                    .entries(entries));
        }
    }
}
