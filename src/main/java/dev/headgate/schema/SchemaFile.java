package dev.headgate.schema;

import dev.headgate.ConfigurationException;
import dev.headgate.ResourcePath;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.apache.camel.CamelContext;
import org.apache.camel.support.ResourceHelper;

/**
 * A schema as it lies in its file.
 *
 * @param name for complaints: the path
 * @param content not changed by anybody
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record SchemaFile(String name, byte[] content) {

    private static final String ROUTES = "headgate.routes";

    /** Reads a JSON Schema; see {@link #read(CamelContext, String, String)}. */
    public static SchemaFile read(CamelContext context, String file) {
        return read(context, file, "JSON Schema");
    }

    /**
     * Reads the file of an endpoint's option.
     *
     * @param file a path, from the folder of the routes (property {@code headgate.routes}), or {@code classpath:} or
     *     {@code file:} and a path
     * @param kind of schema, for complaints
     * @throws ConfigurationException if it cannot be read
     */
    public static SchemaFile read(CamelContext context, String file, String kind) {
        String routes = ResourcePath.asResource(
                context.getPropertiesComponent().resolveProperty(ROUTES).orElse(""));
        String location = ResourceHelper.hasScheme(file)
                ? file
                : "file:" + Path.of(routes).resolve(file).normalize();
        try (InputStream content = ResourceHelper.resolveMandatoryResourceAsInputStream(context, location)) {
            return new SchemaFile(location.replaceFirst("^file:", ""), content.readAllBytes());
        } catch (FileNotFoundException | NoSuchFileException e) {
            throw new ConfigurationException(
                    "The %s %s does not exist: correct the path '%s', which starts from the routes folder, or put the file there."
                            .formatted(kind, location.replaceFirst("^file:", ""), file),
                    e);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "The %s %s cannot be read (%s): correct the path '%s', or the file's permissions."
                            .formatted(kind, location, e.getMessage(), file),
                    e);
        }
    }
}
