/* Ring buffer. */
#include <stdio.h>
#include "ring.h"

#define RING_SIZE 64
#define RING_NEXT(i) (((i) + 1) % RING_SIZE)

static const char *const NAMES[] = { "a", "b" };

typedef unsigned int index_t;

typedef struct {
    int head;
    int tail;
} cursor;

struct ring {
    cursor at;
    char *data[RING_SIZE];
};

enum state { EMPTY, FULL };

int ring_push(struct ring *r, char *item);

/*
 * Take the oldest item.
 * Returns NULL when empty.
 */
static char **
ring_pop(struct ring *r)
{
    if (ring_empty(r))
        return NULL;
    r->ops->notify(r);
    return &r->data[RING_NEXT(r->at.tail)];
}

// Prints it.
void ring_print(const struct ring *r) { printf("%d\n", r->at.head); }
