package dev.headgate.chaos;

import dev.headgate.devservices.DevKafkaCluster;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What happens to the brokers of the cluster, of which each is one of its controllers, too. */
final class BrokerFaults {

    private BrokerFaults() {}

    /** To one of them: they take turns. */
    private abstract static class OfOne implements Fault {
        private static final AtomicInteger NEXT = new AtomicInteger();

        final DevKafkaCluster kafka;
        final int node;

        OfOne(Site site) {
            kafka = site.kafka();
            node = kafka.nodes()
                    .get(Math.floorMod(NEXT.getAndIncrement(), kafka.nodes().size()));
        }
    }

    /** Shut down, others leading what it has led, and started again. */
    static final class Restarted extends OfOne {

        Restarted(Site site) {
            super(site);
        }

        @Override
        public void apply() {
            kafka.stop(node);
        }

        @Override
        public void heal() {
            kafka.restart(List.of(node));
        }
    }

    /** SIGKILL; started again before or after others have noticed. */
    static final class Killed extends OfOne {

        Killed(Site site) {
            super(site);
        }

        @Override
        public void apply() {
            kafka.kill(node);
        }

        @Override
        public void heal() {
            kafka.restart(List.of(node));
        }
    }

    /** SIGSTOP until others lead what it has led, which it does not know when it goes on. */
    static final class Frozen extends OfOne {

        Frozen(Site site) {
            super(site);
        }

        @Override
        public void apply() {
            FrozenProcess.freeze(kafka.pid(node));
        }

        @Override
        public void heal() {
            FrozenProcess.thaw(kafka.pid(node));
        }
    }

    /** Each is restarted, the next one when all replicas are in sync, as for an upgrade. */
    static final class RestartedInTurn implements Fault {
        private final DevKafkaCluster kafka;

        RestartedInTurn(Site site) {
            kafka = site.kafka();
        }

        @Override
        public void apply() throws InterruptedException {
            for (int node : kafka.nodes()) {
                kafka.awaitInSync();
                kafka.stop(node);
                kafka.restart(List.of(node));
            }
        }

        @Override
        public void heal() {
            // They run.
        }
    }

    /** SIGKILL to all of them: nobody can read, write or commit. */
    static final class AllKilled implements Fault {
        private final DevKafkaCluster kafka;

        AllKilled(Site site) {
            kafka = site.kafka();
        }

        @Override
        public void apply() {
            kafka.nodes().forEach(kafka::kill);
        }

        @Override
        public void heal() {
            kafka.restart(kafka.nodes());
        }
    }
}
