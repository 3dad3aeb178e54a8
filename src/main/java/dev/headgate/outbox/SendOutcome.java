package dev.headgate.outbox;

import dev.headgate.failure.Failure;
import dev.headgate.message.ExchangeBulk;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What became of entries that were sent together. Those in neither list were not tried, because an earlier one of their
 * key had failed or because the sender had to end.
 */
record SendOutcome(List<OutboxEntry> delivered, List<Failed> failed) {

    /** @param own whether it is known that this entry failed, not only that its bulk did */
    record Failed(OutboxEntry entry, Throwable cause, boolean own) {}

    SendOutcome {
        delivered = List.copyOf(delivered);
        failed = List.copyOf(failed);
    }

    static SendOutcome delivered(List<OutboxEntry> entries) {
        return new SendOutcome(entries, List.of());
    }

    /** Nobody knows which of them it was. */
    static SendOutcome failed(List<OutboxEntry> entries, Throwable cause) {
        return new SendOutcome(
                List.of(),
                entries.stream().map(entry -> new Failed(entry, cause, false)).toList());
    }

    /**
     * None has arrived, because all should or none. If some are refused it is they who are at fault, and the others go on
     * without them; else nobody knows which it was.
     *
     * @param bulk index by index those of the entries
     */
    static SendOutcome nothing(List<OutboxEntry> entries, ExchangeBulk bulk, Throwable failure) {
        List<Failed> refused = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            Throwable own = bulk.get(i).getException();
            if (own != null && Failure.isRefusal(own)) {
                refused.add(new Failed(entries.get(i), own, true));
            }
        }
        return refused.isEmpty() ? failed(entries, failure) : new SendOutcome(List.of(), refused);
    }

    /**
     * Reads it from the exchanges of a bulk. What arrived although an earlier one of its key failed is not counted as
     * delivered: it is sent again behind that one, so that the receiver has the last one last. Behind one that is refused it
     * is, for that one never comes.
     *
     * @param bulk index by index those of the entries
     * @param failure of the exchange that sent the bulk, or null
     */
    static SendOutcome of(List<OutboxEntry> entries, ExchangeBulk bulk, @Nullable Throwable failure) {
        Throwable first = failure == null ? bulk.failure().orElse(null) : failure;
        if (first == null) {
            return delivered(entries);
        }
        List<OutboxEntry> delivered = new ArrayList<>();
        List<Failed> failed = new ArrayList<>();
        Set<@Nullable String> behind = new HashSet<>();
        Set<@Nullable String> behindItsOwn = new HashSet<>();
        for (int i = 0; i < entries.size(); i++) {
            OutboxEntry entry = entries.get(i);
            Throwable own = bulk.get(i).getException();
            String key = entry.key();
            if (own != null) {
                failed.add(new Failed(entry, own, true));
                behindItsOwn.add(key);
                if (!Failure.isRefusal(own)) {
                    behind.add(key);
                }
            } else if (ExchangeBulk.isConfirmed(bulk.get(i)) && (key == null || !behind.contains(key))) {
                delivered.add(entry);
            } else if (key == null || !behindItsOwn.contains(key)) {
                failed.add(new Failed(entry, first, false));
                behind.add(key);
            }
        }
        return new SendOutcome(delivered, failed);
    }

    /** The same, and these failed too. */
    SendOutcome and(List<Failed> others) {
        return others.isEmpty()
                ? this
                : new SendOutcome(
                        delivered,
                        Stream.concat(failed.stream(), others.stream()).toList());
    }

    /** Whether each failure is known to be that of its entry. */
    boolean isAttributed() {
        return failed.stream().allMatch(Failed::own);
    }
}
