package dev.headgate.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;

/** What another one does who receives from the source queue, over and over. */
final class QueueFaults {

    private QueueFaults() {}

    /** Receives messages and gives them back; over when that has had its effect, or has none. */
    private abstract static class OtherReceiver implements Fault {
        private static final int MOST_AT_ONCE = 10;
        private static final long BETWEEN_MILLIS = 100;
        private static final Duration LONGEST = Duration.ofSeconds(20);

        final Site site;
        private final SourceQueue queue;
        private final int visibilityTimeoutSeconds;
        private final Thread receiving = new Thread(this::receive, "chaos-other-receiver");
        private final Set<String> givenBack = ConcurrentHashMap.newKeySet();
        private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
        private volatile boolean healed;

        OtherReceiver(Site site, int visibilityTimeoutSeconds) {
            this.site = site;
            this.queue = site.queue();
            this.visibilityTimeoutSeconds = visibilityTimeoutSeconds;
            receiving.setDaemon(true);
        }

        /** The ids of the messages. */
        Set<String> givenBack() {
            return givenBack;
        }

        @Override
        public void apply() {
            receiving.start();
        }

        /** When all is given back. */
        @Override
        public void heal() throws InterruptedException {
            long deadline = System.nanoTime() + LONGEST.toNanos();
            while (!hasStruck() && receiving.isAlive() && System.nanoTime() < deadline) {
                Thread.sleep(BETWEEN_MILLIS);
            }
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
                givenBack.add(message.messageId());
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

    /** Holds messages for a while and gives them back: they come late, and not for the first time. */
    static final class GivenBack extends OtherReceiver {

        GivenBack(Site site) {
            super(site, 30);
        }

        @Override
        public boolean hasStruck() {
            return !givenBack().isEmpty();
        }
    }

    /**
     * Does not hold them, and gives them back when others have received them: what they are writing becomes visible, and is
     * received again, as is seen in the answers that they get.
     */
    static final class Redelivered extends OtherReceiver {
        private static final Pattern RECEIVED = Pattern.compile("\"MessageId\"\\s*:\\s*\"([^\"]+)\"");

        private final Set<String> received = ConcurrentHashMap.newKeySet();
        private volatile boolean again;

        Redelivered(Site site) {
            super(site, 0);
        }

        @Override
        public void apply() {
            site.queueProxy().watch(this::answered);
            super.apply();
        }

        @Override
        public void heal() throws InterruptedException {
            try {
                super.heal();
            } finally {
                site.queueProxy().watch(null);
            }
        }

        /** An id that is cut in two is missed. */
        private void answered(String chunk) {
            Matcher ids = RECEIVED.matcher(chunk);
            while (ids.find()) {
                String id = ids.group(1);
                if (!received.add(id) && givenBack().contains(id)) {
                    again = true;
                }
            }
        }

        @Override
        public boolean hasStruck() {
            return again;
        }
    }
}
