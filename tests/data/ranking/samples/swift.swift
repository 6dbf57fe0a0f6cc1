import Foundation
import struct Dispatch.DispatchTime

let tick = 1

/// Fires again and again.
@MainActor
public class Timer<T>: Base, Fires {
    static let maximum = 10

    init(interval: Double) {
        super.init()
        self.interval = interval
    }

    deinit { stop() }

    var running: Bool {
        let now = clock.now()
        return now < end
    }

    /// Starts it.
    func start(_ handler: @escaping () -> Void) throws -> Int {
        queue.schedule(handler)
        return Token(id: 1).id
    }
}

extension Timer: Equatable where T: Hashable {
    static func == (a: Timer, b: Timer) -> Bool { a.id == b.id }

    func reset() {
        start { }
    }
}

struct Token {
    let id: Int
}

enum Phase: String {
    case idle
    func next() -> Phase { .idle }
}

protocol Fires {
    func fire()
}

actor Pool {}
typealias Handler = () -> Void

func every<T>(_ seconds: Double, run: T) -> Timer<T> {
    return Timer(interval: seconds)
}
