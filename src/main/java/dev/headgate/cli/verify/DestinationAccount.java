package dev.headgate.cli.verify;

/**
 * What of a destination of the outbox is in its topic.
 *
 * @param records of the topic that were looked at
 * @param entries of this installation among them
 * @param delivered entries that are marked so, and must be among them
 * @param twice how many records repeat another one
 * @param missing delivered entries that are not there
 * @param pending entries that wait for long, up to the first hundred
 */
record DestinationAccount(
        String destination,
        String topic,
        long records,
        long entries,
        long delivered,
        long twice,
        long missing,
        long pending) {}
