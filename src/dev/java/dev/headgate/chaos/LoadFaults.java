package dev.headgate.chaos;

/** What producers do. */
final class LoadFaults {

    private LoadFaults() {}

    /** One message in twenty cannot be applied, each for another reason. */
    static FaultKind.Maker poison() {
        return site -> new Trouble(site, Traffic.Trouble.POISON);
    }

    /** Each message is sent by two producers. */
    static FaultKind.Maker duplicates() {
        return site -> new Trouble(site, Traffic.Trouble.DUPLICATES);
    }

    /** Messages come in another order than they were made in. */
    static FaultKind.Maker reordering() {
        return site -> new Trouble(site, Traffic.Trouble.REORDERING);
    }

    /** Five times as many: the limits of what is in flight are reached if the sink is slow. */
    static FaultKind.Maker burst() {
        return site -> new Trouble(site, Traffic.Trouble.BURST);
    }

    private record Trouble(Site site, Traffic.Trouble trouble) implements Fault {

        @Override
        public void apply() {
            site.traffic().begin(trouble);
        }

        @Override
        public void heal() {
            site.traffic().end(trouble);
        }
    }
}
