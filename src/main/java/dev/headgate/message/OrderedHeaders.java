package dev.headgate.message;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.spi.HeadersMapFactory;
import org.jspecify.annotations.Nullable;

/** Maps in which headers keep the order in which their source has them, and their case. Thread-safe. */
public final class OrderedHeaders implements HeadersMapFactory {

    @Override
    public Map<String, Object> newMap() {
        return new LinkedHashMap<>();
    }

    @Override
    public Map<String, Object> newMap(@Nullable Map<String, Object> map) {
        return map == null ? new LinkedHashMap<>() : new LinkedHashMap<>(map);
    }

    @Override
    public boolean isInstanceOf(@Nullable Map<String, Object> map) {
        return map instanceof LinkedHashMap;
    }

    @Override
    public boolean isCaseInsensitive() {
        return false;
    }
}
