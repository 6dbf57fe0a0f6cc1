package shop.basket

import groovy.transform.CompileStatic
import static java.lang.Math.*

/** A basket. */
@CompileStatic
class Basket extends Base implements Priced {
    static final int LIMIT = 3
    List<Item> items = []
    def double(x) { x * 2 }
    Basket(String owner) { this.owner = owner }
    /** Total. */
    @Override
    BigDecimal total(int a = 1, Closure c) throws X {
        items.collect { it.price }.sum()
        items.each { Item i -> println i }
    }
    static <T> T make(Class<T> c) { c.newInstance() }
    def "quoted name"() { true }
}

interface Priced { BigDecimal total() }
trait Flying { void fly() { println "x" } }
enum Color { RED, GREEN }

class BasketSpec extends Specification {
    def "basket survives a reload"() {
        given:
        def b = new Basket("x")
        when:
        b.total()
        then:
        b.items == []
        where:
        a | b
        1 | 2
    }
    def setup() {}
}

def helper(String x) {
    return x + 1
}

def handler = { req -> req.go() }

// What Gradle and Jenkins write.
dependencies {
    implementation 'org.shop:basket:1.0'
    testImplementation project(':core')
}

task receipts(type: Copy, dependsOn: build) {
    from 'receipts'
    doLast { println 'copied' }
}

tasks.register('distribute', Zip) {
    from 'out'
    into 'zip'
}

pipeline {
    agent any
    stages {
        stage('Build') {
            steps {
                sh 'make { not a brace'
            }
        }
        stage("Test") {
            parallel {
                stage('Unit') { steps { sh 'x' } }
            }
        }
    }
}
