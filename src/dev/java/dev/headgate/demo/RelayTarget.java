package dev.headgate.demo;

import java.util.BitSet;

/** Where a relay brings the outbox entries. */
interface RelayTarget {
    /**
     * What has arrived.
     *
     * @param ids the ids of the entries, each once
     * @param withoutId messages that have none
     */
    record Relayed(BitSet ids, long withoutId) {}

    /**
     * The id of the entry, of what its message has as id.
     *
     * @throws NumberFormatException if it has none
     */
    static int entry(String messageId) {
        return Integer.parseInt(messageId.substring(messageId.lastIndexOf('-') + 1));
    }

    /** Reads all of it. */
    Relayed relayed();

    /** Where it is, for a person. */
    String address();
}
