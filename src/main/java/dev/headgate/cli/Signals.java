package dev.headgate.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The signals of the operating system, through {@code sun.misc.Signal}: shutdown hooks do not hear of a second one.
 * Reached by reflection, because the compiler warns of every mention and the warning cannot be suppressed.
 */
final class Signals {

    private Signals() {}

    /**
     * Replaces what a signal does.
     *
     * @param name such as {@code TERM}
     * @param handler called with the signal's number, each time on a thread of its own
     * @return puts back what was replaced; does nothing where the JVM leaves signals alone ({@code -Xrs})
     */
    static Runnable handle(String name, IntConsumer handler) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handling = Class.forName("sun.misc.SignalHandler");
            Method handle = signal.getMethod("handle", signal, handling);
            Object named = signal.getConstructor(String.class).newInstance(name);
            int number = (Integer) signal.getMethod("getNumber").invoke(named);
            Object own =
                    Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handling}, (p, m, a) -> {
                        return answer(p, m, a, handler, number);
                    });
            Object before = handle.invoke(null, named, own);
            return () -> putBack(handle, named, before);
        } catch (ReflectiveOperationException unavailable) {
            return () -> {};
        }
    }

    private static @Nullable Object answer(
            Object proxy, Method method, Object @Nullable [] arguments, IntConsumer handler, int number) {
        switch (method.getName()) {
            case "handle" -> handler.accept(number);
            case "equals" -> {
                return arguments != null && proxy == arguments[0];
            }
            case "hashCode" -> {
                return System.identityHashCode(proxy);
            }
            default -> {
                return "Headgate's signal handler";
            }
        }
        return null;
    }

    private static void putBack(Method handle, Object named, Object before) {
        try {
            handle.invoke(null, named, before);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }
}
