package org.example.player

import java.io.File
import org.example.media.*
import org.example.net.Client as Net

const val MAX_VOLUME = 11
typealias Listener = (Track) -> Unit

/** Plays tracks. */
@Singleton
class Player<T : Track>(private val source: Source) : Base(source), Closeable {
    private val queue = ArrayDeque<T>()

    /** Loudness. */
    val volume: Int
        get() {
            return mixer.level()
        }

    companion object {
        const val DEFAULT = 5
        fun create(): Player<Track> = Player(Source())
    }

    constructor() : this(Source()) {
        reset()
    }

    override fun close() {
        queue.forEach { it.stop() }
        source.close()
    }

    inner class Cursor {
        fun next(): T? = queue.firstOrNull()
    }
}

fun String.toTrack(base: File): Track {
    return Track(base.resolve(this))
}

interface Source {
    fun open(): Stream
}

enum class Mode { LOOP, ONCE }

object Registry {
    fun find(name: String) = lookup(name)
}

suspend fun play(
    track: Track,
    loud: Boolean = false,
): Result<Unit> = runCatching { engine.start(track) }
