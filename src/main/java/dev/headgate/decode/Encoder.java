package dev.headgate.decode;

import java.io.ByteArrayOutputStream;

/** Makes a payload of JSON, by a schema. Thread-safe. */
interface Encoder {

    /**
     * Writes the payload.
     *
     * @param json in UTF-8
     * @throws dev.headgate.failure.RejectedException that says which field does not fit, and then what was written so far is
     *     of no use
     */
    void encode(byte[] json, ByteArrayOutputStream out);
}
