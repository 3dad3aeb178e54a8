package dev.headgate.kafka;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BooleanSupplier;

/**
 * A queue that is read as a list: its iterators take elements out, and end as soon as a condition no longer holds. What
 * they leave is still there, in order, for the next one.
 *
 * <p>Not thread-safe.
 */
final class HandOut<T> extends AbstractList<T> {

    private final BooleanSupplier goOn;
    private List<T> elements = List.of();
    private int next;

    /** @param goOn asked before each element */
    HandOut(BooleanSupplier goOn) {
        this.goOn = goOn;
    }

    /** Puts elements behind all others. The list is kept, not copied, if nothing is left before it. */
    void append(List<T> more) {
        if (isEmpty()) {
            elements = more;
        } else {
            List<T> all = new ArrayList<>(elements.subList(next, elements.size()));
            all.addAll(more);
            elements = all;
        }
        next = 0;
    }

    /** How many are left. */
    @Override
    public int size() {
        return elements.size() - next;
    }

    /** Looks at one that is left, and leaves it. */
    @Override
    public T get(int index) {
        return elements.get(next + index);
    }

    @Override
    public Iterator<T> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return !isEmpty() && goOn.getAsBoolean();
            }

            @Override
            public T next() {
                if (isEmpty()) {
                    throw new NoSuchElementException();
                }
                return elements.get(next++);
            }
        };
    }
}
