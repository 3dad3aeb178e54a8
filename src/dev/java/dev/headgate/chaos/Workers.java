package dev.headgate.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingDeque;

/** The processes of the pipeline: as many as wanted, and one more for a while. Thread-safe. */
final class Workers implements AutoCloseable {

    /** Makes the next one. */
    interface Maker {
        Worker make(String name) throws IOException;
    }

    private final Maker maker;
    private final List<Worker> all = new CopyOnWriteArrayList<>();
    private final BlockingDeque<Worker> unharmed = new LinkedBlockingDeque<>();
    private final Map<String, Integer> ends = new TreeMap<>();
    private final Thread atExit = new Thread(this::killAll);

    Workers(Maker maker) {
        this.maker = maker;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    void start(int count) throws IOException {
        for (int number = 1; number <= count; number++) {
            giveBack(started());
        }
    }

    /** One more; it is nobody else's. */
    Worker started() throws IOException {
        Worker worker = maker.make("worker-" + (all.size() + 1));
        all.add(worker);
        worker.start();
        return worker;
    }

    /** One that nobody harms at present. They take turns. */
    Worker take() throws InterruptedException {
        return unharmed.take();
    }

    void giveBack(Worker worker) {
        unharmed.addLast(worker);
    }

    /** Starts those again that have ended by themselves, as an orchestrator does. */
    void look() throws IOException {
        for (Worker worker : all) {
            String exitCode = worker.endedByItself();
            if (!exitCode.isEmpty()) {
                noted(exitCode);
                worker.start();
            }
        }
    }

    /** How a process ended that nobody has ended, or that could not finish. */
    synchronized void noted(String exitCode) {
        ends.merge(exitCode, 1, Integer::sum);
    }

    /** How many processes ended by themselves or could not finish, by exit code. */
    synchronized Map<String, Integer> ends() {
        return new TreeMap<>(ends);
    }

    /** Asks all of them to stop, and returns when they have. */
    void stop() throws InterruptedException {
        List<Worker> left = new ArrayList<>();
        Worker next = unharmed.poll();
        while (next != null) {
            left.add(next);
            next = unharmed.poll();
        }
        for (Worker worker : left) {
            terminate(worker);
        }
    }

    /** SIGTERM; returns when it has ended, by SIGKILL if it does not end by itself. */
    void terminate(Worker worker) throws InterruptedException {
        String exitCode = worker.terminate();
        if (!exitCode.equals("0")) {
            noted(exitCode);
        }
    }

    /** Those that did not end when they were asked to. */
    synchronized int endless() {
        return ends.getOrDefault(Worker.ENDLESS, 0);
    }

    @Override
    public void close() {
        killAll();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private void killAll() {
        for (Worker worker : all) {
            try {
                worker.kill();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
