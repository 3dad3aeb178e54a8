package dev.headgate.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;

/** What becomes visible of the source queue that somebody has received. */
final class QueueFaults {

    private QueueFaults() {}

    /** Gives messages back, over and over, until that has had its effect, or has none. */
    private abstract static class Giving implements Fault {
        static final int MOST_AT_ONCE = 10;
        private static final long BETWEEN_MILLIS = 100;
        private static final Duration LONGEST = Duration.ofSeconds(20);

        final Site site;
        final SourceQueue queue;
        private final Thread giving = new Thread(this::give, "chaos-giving-back");
        private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
        private volatile boolean healed;

        Giving(Site site) {
            this.site = site;
            this.queue = site.queue();
            giving.setDaemon(true);
        }

        /** The receipts of messages that are to be received again; none if there are none yet. */
        abstract List<String> taken() throws InterruptedException;

        /** The queue has given back the message of this receipt. */
        abstract void givenBack(String receipt);

        @Override
        public void apply() {
            giving.start();
        }

        /** When all is given back. */
        @Override
        public void heal() throws InterruptedException {
            long deadline = System.nanoTime() + LONGEST.toNanos();
            while (!hasStruck() && giving.isAlive() && System.nanoTime() < deadline) {
                Thread.sleep(BETWEEN_MILLIS);
            }
            healed = true;
            giving.join();
            RuntimeException problem = failure.get();
            if (problem != null) {
                throw problem;
            }
        }

        private void give() {
            try {
                while (!healed) {
                    List<String> receipts = taken();
                    if (!receipts.isEmpty()) {
                        giveBack(receipts);
                    }
                    Thread.sleep(BETWEEN_MILLIS);
                }
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException problem) {
                failure.set(problem);
            }
        }

        /** Of those that are deleted meanwhile the answer says so. */
        private void giveBack(List<String> receipts) {
            List<ChangeMessageVisibilityBatchRequestEntry> entries = new ArrayList<>();
            for (String receipt : receipts) {
                entries.add(ChangeMessageVisibilityBatchRequestEntry.builder()
                        .id(String.valueOf(entries.size()))
                        .receiptHandle(receipt)
                        .visibilityTimeout(0)
                        .build());
            }
            List<String> refused = queue
                    .sqs()
                    .client()
                    .changeMessageVisibilityBatch(
                            request -> request.queueUrl(queue.url()).entries(entries))
                    .failed()
                    .stream()
                    .map(BatchResultErrorEntry::id)
                    .toList();
            entries.stream()
                    .filter(entry -> !refused.contains(entry.id()))
                    .forEach(entry -> givenBack(entry.receiptHandle()));
        }
    }

    /** Another receiver holds messages for a while and gives them back: they come late, and not for the first time. */
    static final class GivenBack extends Giving {
        private static final long HELD_MILLIS = 100;
        private static final int VISIBILITY_TIMEOUT_SECONDS = 30;

        private volatile boolean any;

        GivenBack(Site site) {
            super(site);
        }

        @Override
        List<String> taken() throws InterruptedException {
            List<Message> messages = queue.sqs()
                    .client()
                    .receiveMessage(request -> request.queueUrl(queue.url())
                            .maxNumberOfMessages(MOST_AT_ONCE)
                            .waitTimeSeconds(1)
                            .visibilityTimeout(VISIBILITY_TIMEOUT_SECONDS))
                    .messages();
            Thread.sleep(HELD_MILLIS);
            return messages.stream().map(Message::receiptHandle).toList();
        }

        @Override
        void givenBack(String receipt) {
            any = true;
        }

        @Override
        public boolean hasStruck() {
            return any;
        }
    }

    /**
     * What processes have just received, and are writing, becomes visible, as by a visibility timeout that is too short, and
     * is received again. The queue takes only the latest receipt of a message: it is read in the answers on their way.
     */
    static final class Redelivered extends Giving {
        /** The embedded queue's begins with the id of the message. One that is cut in two is missed. */
        private static final Pattern RECEIPT = Pattern.compile("\"ReceiptHandle\"\\s*:\\s*\"([^\"]+)\"");

        private final BlockingQueue<String> receipts = new LinkedBlockingQueue<>();
        private final Set<String> received = ConcurrentHashMap.newKeySet();
        private final Set<String> again = ConcurrentHashMap.newKeySet();
        private final Set<String> givenBack = ConcurrentHashMap.newKeySet();

        Redelivered(Site site) {
            super(site);
        }

        @Override
        public void apply() {
            site.queueProxy().watch(this::answered);
            super.apply();
        }

        private void answered(String chunk) {
            Matcher receipt = RECEIPT.matcher(chunk);
            while (receipt.find()) {
                receipts.add(receipt.group(1));
                if (!received.add(message(receipt.group(1)))) {
                    again.add(message(receipt.group(1)));
                }
            }
        }

        private static String message(String receipt) {
            return receipt.replaceFirst("#.*", "");
        }

        /** The last ones: they are being written. */
        @Override
        List<String> taken() {
            List<String> all = new ArrayList<>();
            receipts.drainTo(all);
            return all.subList(Math.max(0, all.size() - MOST_AT_ONCE), all.size());
        }

        @Override
        void givenBack(String receipt) {
            givenBack.add(message(receipt));
        }

        @Override
        public void heal() throws InterruptedException {
            try {
                super.heal();
            } finally {
                site.queueProxy().watch(null);
            }
        }

        @Override
        public boolean hasStruck() {
            return givenBack.stream().anyMatch(again::contains);
        }
    }
}
