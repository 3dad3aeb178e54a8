package dev.headgate.s3;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** A line of JSON for each message, compressed. */
enum NdjsonFormat implements ObjectFormat {
    GZIP("ndjson.gz", "application/gzip") {
        @Override
        OutputStream compress(OutputStream out) throws IOException {
            return new GZIPOutputStream(out, BUFFER);
        }
    },
    ZSTD("ndjson.zst", "application/zstd") {
        @Override
        OutputStream compress(OutputStream out) throws IOException {
            return new BufferedOutputStream(new ZstdOutputStreamNoFinalizer(out), BUFFER);
        }
    };

    private static final int BUFFER = 64 * 1024;

    private final String extension;
    private final String contentType;

    NdjsonFormat(String extension, String contentType) {
        this.extension = extension;
        this.contentType = contentType;
    }

    @Override
    public String extension() {
        return extension;
    }

    @Override
    public String contentType() {
        return contentType;
    }

    @Override
    public void write(List<byte @Nullable []> payloads, OutputStream out) throws IOException {
        try (OutputStream compressed = compress(out)) {
            for (byte @Nullable [] payload : payloads) {
                compressed.write(Ndjson.line(payload));
                compressed.write('\n');
            }
        }
    }

    abstract OutputStream compress(OutputStream out) throws IOException;
}
