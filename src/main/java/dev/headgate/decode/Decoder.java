package dev.headgate.decode;

import dev.headgate.message.MessageLimit;

/** Makes JSON of a payload that is not compressed. Thread-safe. */
interface Decoder {

    /**
     * The payload as JSON in UTF-8.
     *
     * @param start where the payload begins
     * @param limit of the JSON
     * @throws dev.headgate.failure.RejectedException if it is not what it has to be, or too large
     * @throws dev.headgate.failure.OutageException if its schema cannot be had at present
     */
    byte[] json(byte[] payload, int start, MessageLimit limit);
}
