package dev.headgate.decode;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.MessageLimit;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4FrameInputStream;

/** How a body is compressed. */
enum Compression {
    NONE,
    GZIP(0x1f, 0x8b, 0x08),
    ZSTD(0x28, 0xb5, 0x2f, 0xfd),
    /** The frame format, which is what the tool writes. */
    LZ4(0x04, 0x22, 0x4d, 0x18);

    /** As the frame says, the reader allocates: what the tools use without being asked for more, and what a limit needs. */
    private static final int SMALLEST_WINDOW_LOG = 23;

    private static final int LARGEST_WINDOW_LOG = 27;
    private static final int FIRST_GUESS = 4;

    @SuppressWarnings("ImmutableEnumChecker") // changed by nobody
    private final int[] magic;

    Compression(int... magic) {
        this.magic = magic;
    }

    /** What the first bytes say. */
    static Compression of(byte[] body) {
        for (Compression known : values()) {
            if (known != NONE && known.begins(body)) {
                return known;
            }
        }
        return NONE;
    }

    /**
     * The body decompressed, which is not read beyond the limit.
     *
     * @throws RejectedException if it is broken, or larger than the limit when it is decompressed
     */
    byte[] expand(byte[] body, MessageLimit limit) {
        if (this == NONE) {
            return body;
        }
        LimitedBytes expanded = new LimitedBytes(FIRST_GUESS * body.length, limit, "when it is decompressed");
        try (InputStream stream = open(new ByteArrayInputStream(body), limit)) {
            stream.transferTo(expanded);
            return expanded.toByteArray();
        } catch (IOException | LZ4Exception e) {
            String name = name().toLowerCase(Locale.ROOT);
            throw new RejectedException("broken " + name, "the body cannot be decompressed: " + e.getMessage());
        }
    }

    private InputStream open(InputStream body, MessageLimit limit) throws IOException {
        return switch (this) {
            case GZIP -> new GZIPInputStream(body);
            case ZSTD -> new ZstdInputStreamNoFinalizer(body).setLongMax(windowLog(limit));
            case LZ4 -> new LZ4FrameInputStream(body);
            case NONE -> body;
        };
    }

    private static int windowLog(MessageLimit limit) {
        int needed = Long.SIZE - Long.numberOfLeadingZeros(limit.maxBytes());
        return Math.max(SMALLEST_WINDOW_LOG, Math.min(LARGEST_WINDOW_LOG, needed));
    }

    private boolean begins(byte[] body) {
        if (body.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if (body[i] != (byte) magic[i]) {
                return false;
            }
        }
        return true;
    }
}
