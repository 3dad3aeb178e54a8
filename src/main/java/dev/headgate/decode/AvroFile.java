package dev.headgate.decode;

import dev.headgate.failure.RejectedException;
import dev.headgate.message.MessageLimit;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/**
 * Reads Avro's object container files, which bring their schema: one record a file. Thread-safe.
 *
 * <p>The files of a route mostly have one schema: the latest is kept.
 */
final class AvroFile implements Decoder {

    private static final byte[] MAGIC = {'O', 'b', 'j', 1};
    private static final int SYNC = 16;
    private static final int LARGEST_SCHEMA = 1 << 20;

    /** A schema made ready, and its text. */
    private record Known(String text, AvroShape shape) {}

    private volatile @Nullable Known latest;

    @Override
    public byte[] json(byte[] payload, int start, MessageLimit limit) {
        if (payload.length < start + MAGIC.length
                || !Arrays.equals(payload, start, start + MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new RejectedException(
                    "no Avro file",
                    "expected an object container file of Avro, which begins with Obj and 1; of other Avro say the registry"
                            + " or the schema with an option of decode:avro");
        }
        AvroInput in = new AvroInput(payload, start + MAGIC.length);
        String schema = "";
        String codec = "null";
        for (int count = in.readCount(); count > 0; count = in.readCount()) {
            for (int i = 0; i < count; i++) {
                String name = in.readText(in.readLength());
                int length = in.readLength();
                switch (name) {
                    case "avro.schema" -> schema = in.readText(length);
                    case "avro.codec" -> codec = in.readText(length);
                    default -> in.skip(length);
                }
            }
        }
        AvroShape shape = shape(schema);
        int sync = in.skip(SYNC);
        byte[] json = null;
        while (in.left() > 0) {
            long records = in.readLong();
            int length = in.readLength();
            int block = in.skip(length);
            int end = in.skip(SYNC);
            if (records < 0 || !Arrays.equals(payload, sync, sync + SYNC, payload, end, end + SYNC)) {
                throw in.broken("a block of %d records, or without the mark at its end".formatted(records));
            }
            if (records > 1 || (records == 1 && json != null)) {
                throw new RejectedException(
                        "several records", "a message is an Avro file of one record, found more: send each by itself");
            }
            if (records == 1) {
                json = shape.json(expand(codec, payload, block, length, limit), 0, limit);
            }
        }
        if (json == null) {
            throw in.broken("no record");
        }
        return json;
    }

    private AvroShape shape(String schema) {
        Known known = latest;
        if (known == null || !known.text.equals(schema)) {
            if (schema.length() > LARGEST_SCHEMA) {
                throw new RejectedException(
                        "broken schema", "the file's schema has more than %,d characters".formatted(LARGEST_SCHEMA));
            }
            try {
                known = new Known(schema, AvroShape.of(List.of(new SchemaText("the file's", schema))));
            } catch (IllegalArgumentException e) {
                throw new RejectedException("broken schema", "the file's schema is broken: " + e.getMessage());
            }
            latest = known;
        }
        return known.shape;
    }

    private static byte[] expand(String codec, byte[] file, int from, int length, MessageLimit limit) {
        byte[] block = Arrays.copyOfRange(file, from, from + length);
        try {
            return switch (codec) {
                case "null" -> block;
                case "deflate" -> inflate(block, limit);
                case "snappy" -> snappy(block, limit);
                case "zstandard" -> Compression.ZSTD.expand(block, limit);
                default ->
                    throw new RejectedException(
                            "codec " + codec,
                            "of the codecs of Avro files null, deflate, snappy and zstandard are read, found " + codec);
            };
        } catch (IOException e) {
            throw new RejectedException("broken " + codec, "a block cannot be decompressed: " + e.getMessage());
        }
    }

    private static byte[] inflate(byte[] block, MessageLimit limit) throws IOException {
        LimitedBytes expanded = new LimitedBytes(4 * block.length, limit, "when it is decompressed");
        Inflater inflater = new Inflater(true);
        try (InputStream stream = new InflaterInputStream(new ByteArrayInputStream(block), inflater)) {
            stream.transferTo(expanded);
        } finally {
            inflater.end();
        }
        return expanded.toByteArray();
    }

    /** Behind the block are 4 bytes of its sum. */
    private static byte[] snappy(byte[] block, MessageLimit limit) throws IOException {
        int length = block.length - Integer.BYTES;
        if (length <= 0) {
            throw new IOException("it is cut");
        }
        if (!limit.allows(Snappy.uncompressedLength(block, 0, length))) {
            throw limit.exceeded("when it is decompressed");
        }
        byte[] expanded = new byte[Snappy.uncompressedLength(block, 0, length)];
        Snappy.uncompress(block, 0, length, expanded, 0);
        CRC32 sum = new CRC32();
        sum.update(expanded);
        if ((int) sum.getValue() != ByteBuffer.wrap(block).getInt(length)) {
            throw new IOException("its sum is another one");
        }
        return expanded;
    }
}
