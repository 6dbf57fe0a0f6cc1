# frozen_string_literal: true

require 'net/smtp'
require_relative "templates"

module Post
  RETRIES = 3

  # Sends mail.
  class Mailer < Base::Sender
    include Logging

    attr_reader :queue

    # Sends one message.
    # Retries when it fails.
    def deliver(message, retries: RETRIES)
      message.validate!
      smtp = Net::SMTP.new("localhost")
      smtp.start { |session| session.send(message) }
    end

    def self.build(config)
      new(config)
    end

    private def log(text)
      puts text
    end

    class << self
      def instance
        @instance ||= build({})
      end
    end

    def empty?; end
  end
end

define_method(:late) do |value|
  value.strip
  value.upcase
end
