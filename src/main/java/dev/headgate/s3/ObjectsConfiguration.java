package dev.headgate.s3;

import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of {@code objects:}; those of the component are the defaults of its endpoints. */
@UriParams
public class ObjectsConfiguration implements Cloneable {

    /** The layout of whoever names none. */
    public static final String LAYOUT = "{pipeline}/dt={yyyy-MM-dd}/hr={HH}/{batchId}.ndjson.gz";

    @UriParam(
            defaultValue = LAYOUT,
            description = "The key of an object, whose end is its format: .ndjson.gz, .ndjson.zst or .parquet;"
                    + " {field:NAME} is the value of a field; what else is not {pipeline} or {batchId} in braces is a"
                    + " pattern of the time, in UTC.")
    private String layout = LAYOUT;

    @UriParam(
            defaultValue = "arrival",
            description = "The time of a message in the layout: arrival at its source, or field:NAME, a field of"
                    + " its JSON object, field:OUTER.NAME one of an object in it.")
    private String time = "arrival";

    @UriParam(
            description = "The JSON Schema that the columns of Parquet come from: a file, from the folder of the"
                    + " routes.")
    private @Nullable String schema;

    @UriParam(
            defaultValue = "false",
            description = "Put only if there is no object of that key (If-None-Match), for servers that have it.")
    private boolean putIfAbsent;

    @UriParam(
            defaultValue = "1048576",
            description = "An object with more bytes is rendered into a temporary file, not into memory.")
    private int spillBytes = 1024 * 1024;

    public String getLayout() {
        return layout;
    }

    public void setLayout(String layout) {
        this.layout = layout;
    }

    public String getTime() {
        return time;
    }

    public void setTime(String time) {
        this.time = time;
    }

    public @Nullable String getSchema() {
        return schema;
    }

    public void setSchema(@Nullable String schema) {
        this.schema = schema;
    }

    public boolean isPutIfAbsent() {
        return putIfAbsent;
    }

    public void setPutIfAbsent(boolean putIfAbsent) {
        this.putIfAbsent = putIfAbsent;
    }

    public int getSpillBytes() {
        return spillBytes;
    }

    public void setSpillBytes(int spillBytes) {
        this.spillBytes = spillBytes;
    }

    ObjectsConfiguration copy() {
        try {
            return (ObjectsConfiguration) super.clone();
        } catch (CloneNotSupportedException e) {
            throw new RuntimeCamelException(e);
        }
    }
}
