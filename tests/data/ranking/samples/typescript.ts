import type { Session } from "./session"
import { Entity, Column } from '@orm/core'
export * from "./roles"

export type Id = string | number
export type Profile = {
    name: string
    age?: number
}

/** Somebody who may sign in. */
export interface Account extends Base, Named<string> {
    login(password: string): Promise<Session>
    id: Id
}

export enum Role {
    Admin,
    Guest,
}

namespace Auth.Tokens {
    export function issue(account: Account): string {
        return sign(account.id)
    }
}

/**
 * The stored account.
 */
@Entity("users")
export abstract class User<T> extends Model<T> implements Account, Named<string> {
    @Column() name: string = "x"

    private readonly check = async (password: string): Promise<boolean> => {
        const hash = await this.hashOf(password)
        return hash === this.hash
    }

    constructor(private readonly store: Store) {
        super()
    }

    async login(password: string): Promise<Session> {
        if (!(await this.check(password))) throw new AuthError("no")
        return Session.open(this)
    }

    abstract hashOf(password: string): Promise<string>

    get admin(): boolean { return this.role === Role.Admin }
}

declare function legacy(a: string): void
export const DEFAULTS: Profile = { name: "nobody" }
