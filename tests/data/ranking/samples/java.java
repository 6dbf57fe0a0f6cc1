/*
 * Copyright 2020 Somebody. All rights reserved.
 */
package org.example.bank;

import java.util.List;
import static java.util.Objects.requireNonNull;
import org.example.util.*;

/**
 * Keeps accounts.
 *
 * @since 1.0
 */
@Service("bank")
public class Bank<T extends Account> extends Base<T> implements Ledger, Comparable<Bank> {
    public static final int MAX_ACCOUNTS = 100;
    private final List<T> accounts = new ArrayList<>();

    public Bank(Clock clock) {
        super(clock);
        this.clock = requireNonNull(clock);
    }

    /** Opens an account. */
    @Override
    @Transactional(readOnly = false, value = "x")
    public T open(String owner) throws BankException {
        accounts.forEach(this::check);
        return factory.create(owner);
    }

    abstract void check(T account);

    static {
        register(Bank.class);
    }

    enum State {
        OPEN, CLOSED;

        boolean isOpen() {
            return this == OPEN;
        }
    }
}

interface Ledger extends Closeable {
    void post(Entry entry);

    default int size() {
        return 0;
    }
}

record Entry(String text, long cents) {
    Entry {
        requireNonNull(text);
    }
}

@interface Audited { String value(); }
