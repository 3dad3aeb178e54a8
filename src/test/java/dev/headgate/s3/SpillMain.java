package dev.headgate.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.headgate.schema.SchemaFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/** Renders payloads of 64 MiB, which hardly compress, as an object with the end of each argument. */
final class SpillMain {

    static final int BATCH_BYTES = 64 * 1024 * 1024;
    private static final int MOST_IN_MEMORY = 1024 * 1024;
    private static final int NOISE = 6 * 1024;

    private SpillMain() {}

    public static void main(String... extensions) throws IOException {
        List<byte[]> payloads = payloads();
        SchemaFile schema = new SchemaFile(
                "noise", "{\"type\":\"object\",\"properties\":{\"noise\":{\"type\":\"string\"}}}".getBytes(US_ASCII));
        for (String extension : extensions) {
            Spill spill = new Spill(MOST_IN_MEMORY);
            ObjectFormat.of("{pipeline}/{batchId}." + extension, schema).write(payloads, spill);
            System.out.println(extension + ": " + spill.size() + " bytes as "
                    + spill.content().getClass().getSimpleName());
            spill.delete();
        }
    }

    private static List<byte[]> payloads() {
        Random random = new Random(1);
        List<byte[]> payloads = new ArrayList<>();
        for (int bytes = 0; bytes < BATCH_BYTES; bytes += payloads.get(payloads.size() - 1).length) {
            byte[] noise = new byte[NOISE];
            random.nextBytes(noise);
            payloads.add(("{\"noise\":\"" + Base64.getEncoder().encodeToString(noise) + "\"}").getBytes(US_ASCII));
        }
        return payloads;
    }
}
