package dev.headgate.decode;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * A schema that messages are written by.
 *
 * @param id in its registry; -1 if it is from a file, and then nothing is in front of a payload
 * @param encoder of what stands behind that
 */
record EncodeSchema(int id, Encoder encoder) {

    /** Where it comes from. Thread-safe. */
    interface Origin {

        /**
         * The schema as it is known.
         *
         * @throws dev.headgate.failure.OutageException if it cannot be had at present
         */
        EncodeSchema known();

        /**
         * The schema as it is, asked for since then.
         *
         * @param nanos of {@link System#nanoTime}
         * @throws dev.headgate.failure.OutageException if it cannot be had at present
         */
        EncodeSchema since(long nanos);
    }

    /** One that never changes. */
    static Origin fixed(Encoder encoder) {
        EncodeSchema schema = new EncodeSchema(-1, encoder);
        return new Origin() {
            @Override
            public EncodeSchema known() {
                return schema;
            }

            @Override
            public EncodeSchema since(long nanos) {
                return schema;
            }
        };
    }

    /** @throws dev.headgate.failure.RejectedException if the JSON does not fit it */
    byte[] encode(byte[] json) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + WireFormat.LENGTH);
        if (id >= 0) {
            out.writeBytes(ByteBuffer.allocate(WireFormat.LENGTH)
                    .put((byte) 0)
                    .putInt(id)
                    .array());
        }
        encoder.encode(json, out);
        return out.toByteArray();
    }
}
