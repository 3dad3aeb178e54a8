package dev.headgate.s3;

import dev.headgate.ConfigurationException;
import dev.headgate.schema.SchemaFile;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How an object holds its messages, which the end of its key says. Thread-safe. */
public interface ObjectFormat {

    /** As it is in the manifest, and, behind a dot, the end of a key. */
    String extension();

    String contentType();

    /**
     * Writes the payloads in order, and closes the stream. A payload is null, or one JSON value in UTF-8.
     *
     * @throws dev.headgate.failure.RejectedException if one of them does not fit
     */
    void write(List<byte @Nullable []> payloads, OutputStream out) throws IOException;

    /**
     * The format of a layout.
     *
     * @param schema the JSON Schema of the messages, if any
     * @throws ConfigurationException if the layout's end is none of a format, or a schema is missing or has no columns
     */
    static ObjectFormat of(String layout, @Nullable SchemaFile schema) {
        for (ObjectFormat format : NdjsonFormat.values()) {
            if (layout.endsWith("." + format.extension())) {
                return format;
            }
        }
        if (!layout.endsWith("." + ParquetFormat.EXTENSION)) {
            throw new ConfigurationException(
                    "The layout is '" + layout + "'; expected it to end with .ndjson.gz, .ndjson.zst or .parquet.");
        }
        if (schema == null) {
            throw new ConfigurationException("The layout ends with .parquet, whose columns come from a JSON Schema:"
                    + " set the option schema to its file, from the routes folder.");
        }
        return new ParquetFormat(ParquetSchema.read(schema));
    }
}
