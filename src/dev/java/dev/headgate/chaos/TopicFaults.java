package dev.headgate.chaos;

/** What happens to the source topic. */
final class TopicFaults {

    private TopicFaults() {}

    /** Keys move to other partitions. The producers write again when it can be written to. */
    static final class PartitionAdded implements Fault {
        private final Site site;

        PartitionAdded(Site site) {
            this.site = site;
        }

        @Override
        public void apply() throws Exception {
            site.traffic().pause();
            try {
                site.topic().addPartition();
            } finally {
                site.traffic().goOn();
            }
        }

        @Override
        public void heal() {
            // It stays.
        }
    }

    /** Deleted once all of it is acknowledged, and made again under its name, as people do to be rid of what is in it. */
    static final class TopicMadeAgain implements Fault {
        private final Site site;
        private boolean made;

        TopicMadeAgain(Site site) {
            this.site = site;
        }

        @Override
        public void apply() throws Exception {
            site.traffic().pause();
            try {
                made = site.topic().makeAgain();
                if (made) {
                    site.sentLog().madeAgain();
                }
            } finally {
                site.traffic().goOn();
            }
        }

        @Override
        public void heal() {
            // It stays.
        }

        @Override
        public boolean hasStruck() {
            return made;
        }
    }

    /** The topic keeps only what has not been acknowledged, as with a short retention. */
    static final class RecordsDeleted implements Fault {
        private final Site site;

        RecordsDeleted(Site site) {
            this.site = site;
        }

        @Override
        public void apply() throws Exception {
            site.topic().deleteAcknowledged();
        }

        @Override
        public void heal() {
            // They stay away.
        }
    }
}
