package dev.headgate.decode;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import dev.headgate.message.MessageLimit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The messages of one schema of a registry. Which one a payload has, the numbers in front of it say: how many, then the
 * place of a message in its file, of one within that, and so on. Thread-safe.
 */
final class ProtobufMessages implements Decoder {

    private final FileDescriptor file;
    private final Map<Descriptor, ProtobufShape> known = new ConcurrentHashMap<>();

    ProtobufMessages(FileDescriptor file) {
        this.file = file;
    }

    @Override
    public byte[] json(byte[] payload, int start, MessageLimit limit) {
        ProtobufInput in = new ProtobufInput(payload, start);
        Descriptor message = message(in);
        return known.computeIfAbsent(message, ProtobufShape::of).json(payload, in.position(), limit);
    }

    private Descriptor message(ProtobufInput in) {
        long levels = readNumber(in);
        if (levels == 0) {
            // As most are: the first of the file.
            return at(file.getMessageTypes(), 0, in);
        }
        if (levels < 0 || levels > in.left()) {
            throw in.broken("a message within %d others".formatted(levels));
        }
        Descriptor message = at(file.getMessageTypes(), readNumber(in), in);
        for (long level = 1; level < levels; level++) {
            message = at(message.getNestedTypes(), readNumber(in), in);
        }
        return message;
    }

    private static long readNumber(ProtobufInput in) {
        long value = in.readVarint();
        return (value >>> 1) ^ -(value & 1);
    }

    private static Descriptor at(List<Descriptor> messages, long index, ProtobufInput in) {
        if (index < 0 || index >= messages.size()) {
            throw in.broken("message number %d, of %d".formatted(index, messages.size()));
        }
        return messages.get((int) index);
    }
}
