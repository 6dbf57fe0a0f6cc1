classdef Basket < handle
    % Basket  What is bought.
    properties
        items = {};
    end
    methods
        function self = Basket(owner)
            self.owner = owner;
        end

        % The sum.
        function total = sum(self, varargin)
            total = 0;
            for i = 1:numel(self.items)
                if self.items{end} > 1, total = add(total, self.items{i}); end
            end
            names = 'function fake()'; last = self.items(end, 1)';
        end
    end
end

function [a, b] = add(x, y)
%ADD Adds.
    a = x + y;
    b = @scale;
end
