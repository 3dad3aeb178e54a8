package dev.headgate.position;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;

/**
 * A set of offsets of one partition, small where they lie close together and not large where they do not: a bitmap for each
 * stretch of offsets that has any. Not thread-safe.
 */
public final class OffsetSet {

    /** Offsets in one bitmap. */
    private static final int STRETCH = 4096;
    /** The number of a stretch, and how many bytes its bitmap has. */
    private static final int HEAD = Long.BYTES + Short.BYTES;

    private final TreeMap<Long, BitSet> stretches = new TreeMap<>();

    /** Reads what {@link #toBytes} has written. */
    static OffsetSet of(byte[] bytes) {
        OffsetSet set = new OffsetSet();
        try {
            ByteBuffer from = ByteBuffer.wrap(bytes);
            while (from.hasRemaining()) {
                long stretch = from.getLong();
                byte[] bits = new byte[Short.toUnsignedInt(from.getShort())];
                from.get(bits);
                set.stretches.put(stretch, BitSet.valueOf(bits));
            }
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("These %d bytes are no set of offsets".formatted(bytes.length), e);
        }
        return set;
    }

    OffsetSet copy() {
        OffsetSet copy = new OffsetSet();
        copy.addAll(this);
        return copy;
    }

    /** Whether it was not in it. */
    boolean add(long offset) {
        BitSet bits = stretches.computeIfAbsent(offset / STRETCH, stretch -> new BitSet());
        int bit = (int) (offset % STRETCH);
        boolean isNew = !bits.get(bit);
        bits.set(bit);
        return isNew;
    }

    void addAll(OffsetSet other) {
        other.stretches.forEach((stretch, bits) ->
                stretches.computeIfAbsent(stretch, key -> new BitSet()).or(bits));
    }

    /** Whether the offset is in it. */
    public boolean contains(long offset) {
        BitSet bits = stretches.get(offset / STRETCH);
        return bits != null && bits.get((int) (offset % STRETCH));
    }

    void removeBelow(long offset) {
        stretches.headMap(offset / STRETCH).clear();
        BitSet bits = stretches.get(offset / STRETCH);
        if (bits != null) {
            bits.clear(0, (int) (offset % STRETCH));
            if (bits.isEmpty()) {
                stretches.remove(offset / STRETCH);
            }
        }
    }

    /** The first offset from this one on that is not in it. */
    long firstMissing(long from) {
        long at = from;
        while (true) {
            BitSet bits = stretches.get(at / STRETCH);
            if (bits == null) {
                return at;
            }
            int clear = bits.nextClearBit((int) (at % STRETCH));
            at = at / STRETCH * STRETCH + clear;
            if (clear < STRETCH) {
                return at;
            }
        }
    }

    /** How many offsets are in it. */
    public int size() {
        return stretches.values().stream().mapToInt(BitSet::cardinality).sum();
    }

    boolean isEmpty() {
        return stretches.isEmpty();
    }

    byte[] toBytes() {
        Map<Long, byte[]> bitmaps = new TreeMap<>();
        stretches.forEach((stretch, bits) -> bitmaps.put(stretch, bits.toByteArray()));
        ByteBuffer bytes = ByteBuffer.allocate(
                bitmaps.values().stream().mapToInt(bits -> HEAD + bits.length).sum());
        bitmaps.forEach((stretch, bits) ->
                bytes.putLong(stretch).putShort((short) bits.length).put(bits));
        return bytes.array();
    }
}
