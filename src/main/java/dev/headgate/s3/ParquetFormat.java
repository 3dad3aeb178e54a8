package dev.headgate.s3;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.headgate.failure.RejectedException;
import dev.headgate.message.JsonLimits;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.RecordConsumer;
import org.jspecify.annotations.Nullable;

/** A row for each message, compressed with zstd. A row group is in memory until it is written. */
final class ParquetFormat implements ObjectFormat {

    static final String EXTENSION = "parquet";
    private static final long ROW_GROUP_BYTES = 16L * 1024 * 1024;

    private static final ObjectReader JSON = JsonMapper.builder(JsonLimits.factory())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build()
            .readerFor(JsonNode.class);

    private final ParquetObject columns;

    ParquetFormat(ParquetObject columns) {
        this.columns = columns;
    }

    @Override
    public String extension() {
        return EXTENSION;
    }

    @Override
    public String contentType() {
        return "application/vnd.apache.parquet";
    }

    @Override
    public void write(List<byte @Nullable []> payloads, OutputStream out) throws IOException {
        try (ParquetWriter<JsonNode> writer = new Builder(new Stream(out), columns)
                .withConf(new PlainParquetConfiguration())
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withRowGroupSize(ROW_GROUP_BYTES)
                .build()) {
            for (byte @Nullable [] payload : payloads) {
                writer.write(parse(payload));
            }
        }
    }

    private static JsonNode parse(byte @Nullable [] payload) throws IOException {
        if (payload == null) {
            throw new RejectedException("no body", "a message without a body is no row of Parquet");
        }
        try {
            return JSON.readValue(payload);
        } catch (StreamConstraintsException e) {
            throw JsonLimits.exceeded(e);
        } catch (JsonProcessingException e) {
            throw new RejectedException("broken JSON", String.valueOf(e.getOriginalMessage()));
        }
    }

    private static final class Builder extends ParquetWriter.Builder<JsonNode, Builder> {

        private final ParquetObject columns;

        Builder(OutputFile file, ParquetObject columns) {
            super(file);
            this.columns = columns;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        protected WriteSupport<JsonNode> getWriteSupport(ParquetConfiguration configuration) {
            return new Rows(columns);
        }

        @Override
        @SuppressWarnings("deprecation")
        protected WriteSupport<JsonNode> getWriteSupport(Configuration configuration) {
            return new Rows(columns);
        }
    }

    private static final class Rows extends WriteSupport<JsonNode> {

        private final ParquetObject columns;
        private @Nullable RecordConsumer consumer;

        Rows(ParquetObject columns) {
            this.columns = columns;
        }

        @Override
        public WriteContext init(ParquetConfiguration configuration) {
            return new WriteContext(columns.messageType(), Map.of());
        }

        @Override
        @SuppressWarnings("deprecation")
        public WriteContext init(Configuration configuration) {
            return new WriteContext(columns.messageType(), Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer recordConsumer) {
            consumer = recordConsumer;
        }

        @Override
        public void write(JsonNode row) {
            RecordConsumer out = Objects.requireNonNull(consumer);
            out.startMessage();
            columns.writeFields(row, out);
            out.endMessage();
        }
    }

    /** Parquet only asks where it is. */
    private record Stream(OutputStream out) implements OutputFile {

        @Override
        public PositionOutputStream create(long blockSizeHint) {
            return new Counting(out);
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) {
            return new Counting(out);
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }
    }

    private static final class Counting extends PositionOutputStream {

        private final OutputStream out;
        private long position;

        Counting(OutputStream out) {
            this.out = out;
        }

        @Override
        public long getPos() {
            return position;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            position++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            position += length;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
