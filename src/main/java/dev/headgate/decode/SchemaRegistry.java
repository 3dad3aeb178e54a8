package dev.headgate.decode;

import dev.headgate.failure.RejectedException;
import dev.headgate.message.MessageLimit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A schema registry with the interface of Confluent's, and the payloads whose schemas it has.
 *
 * <p>A schema never changes under its id: it is asked for once, by one thread, for which others wait that need it, and
 * kept, the latest thousand of them. Whatever keeps the registry from answering with a schema, also that it does not know
 * the id, is an outage: it may know it later. An id whose schema is in another language, or broken, refuses its message.
 * Thread-safe.
 */
final class SchemaRegistry implements Decoder {

    private static final int MOST_KEPT = 1000;

    private final RegistryClient client;
    private final SchemaLanguage language;
    private final Map<Integer, FutureTask<Decoder>> known =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75F, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, FutureTask<Decoder>> eldest) {
                    return size() > MOST_KEPT;
                }
            });

    SchemaRegistry(SchemaLanguage language, RegistryClient client) {
        this.language = language;
        this.client = client;
    }

    @Override
    public byte[] json(byte[] payload, int start, MessageLimit limit) {
        return decoder(WireFormat.id(payload)).json(payload, WireFormat.LENGTH, limit);
    }

    private Decoder decoder(int id) {
        FutureTask<Decoder> asked = known.get(id);
        if (asked == null) {
            FutureTask<Decoder> asking = new FutureTask<>(() -> ask(id));
            FutureTask<Decoder> before = known.putIfAbsent(id, asking);
            asked = before == null ? asking : before;
            if (before == null) {
                asking.run();
            }
        }
        try {
            return asked.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw client.outage("", "is not waited for, as the process stops");
        } catch (ExecutionException e) {
            known.remove(id, asked);
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    private Decoder ask(int id) {
        List<SchemaText> texts = client.texts(client.schema(id), language);
        try {
            return language.decoder(texts);
        } catch (IllegalArgumentException e) {
            throw new RejectedException(
                    "broken schema", "the schema with the id %d is broken: %s".formatted(id, e.getMessage()));
        }
    }
}
