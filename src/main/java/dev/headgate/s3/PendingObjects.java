package dev.headgate.s3;

import java.util.ArrayList;
import java.util.List;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What one attempt of a batch has rendered: its transaction commits only if all of it is in the manifest, and, however it
 * ends, the temporary files are deleted. Used by the lane's thread only.
 */
final class PendingObjects implements TransactionSynchronization {

    private final List<Spill> spills = new ArrayList<>();
    private int rendered;
    private int entered;

    /** Joins the transaction of this thread. */
    static PendingObjects join() {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException(
                    "There is no transaction to put objects in: the first step of the route of a"
                            + " batch must be \"transacted: {}\", and its split must not be parallel");
        }
        PendingObjects pending = new PendingObjects();
        TransactionSynchronizationManager.registerSynchronization(pending);
        return pending;
    }

    Spill spill(int mostInMemory) {
        Spill spill = new Spill(mostInMemory);
        spills.add(spill);
        return spill;
    }

    void rendered() {
        rendered++;
    }

    /** One of them is about to be in the manifest. */
    void enter() {
        if (!TransactionSynchronizationManager.isSynchronizationActive()
                || !TransactionSynchronizationManager.getSynchronizations().contains(this)) {
            throw new IllegalStateException(
                    "An object is entered outside of the transaction that claimed its messages");
        }
        entered++;
    }

    @Override
    public void beforeCommit(boolean readOnly) {
        if (entered != rendered) {
            throw new IllegalStateException(
                    "Of " + rendered + " objects " + entered + " were entered in the manifest: the"
                            + " steps of the split must be the put and \"bean: { ref: objects, method: enter }\"");
        }
    }

    @Override
    public void afterCompletion(int status) {
        spills.forEach(Spill::delete);
    }
}
