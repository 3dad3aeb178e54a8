package dev.headgate.outbox;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What a relay has sent last, as the topic of relays keeps it.
 *
 * @param highest the highest id that is known to have been sent by anybody
 * @param ids of the entries of its last bulk, ascending
 */
record SentEntries(long highest, List<Long> ids) {

    SentEntries {
        ids = List.copyOf(ids);
    }

    /** A bulk, behind others. */
    static SentEntries of(Collection<OutboxEntry> entries, long highestBefore) {
        List<Long> ids = entries.stream().map(OutboxEntry::id).sorted().toList();
        return new SentEntries(Math.max(highestBefore, ids.get(ids.size() - 1)), ids);
    }

    /** Numbers with spaces between them: the highest, the first id, and the distance of each other one from the one before. */
    String text() {
        StringBuilder text = new StringBuilder().append(highest);
        long before = 0;
        for (long id : ids) {
            text.append(' ').append(id - before);
            before = id;
        }
        return text.toString();
    }

    /** Reads {@link #text}. */
    static SentEntries parse(String text) {
        String[] numbers = text.split(" ", -1);
        List<Long> ids = new ArrayList<>(numbers.length);
        long id = 0;
        for (int i = 1; i < numbers.length; i++) {
            id += Long.parseLong(numbers[i]);
            ids.add(id);
        }
        return new SentEntries(Long.parseLong(numbers[0]), ids);
    }
}
