{ Baskets. }
unit Shop.Basket;

interface

uses SysUtils, Classes;

type
  { What is bought. }
  TBasket = class(TStore)
  private
    FItems: TList;
  public
    constructor Create(Owner: string);
    function Total(Rate: Double): Double; virtual;
    property Count: Integer read FCount;
  end;

  TPoint = record
    X, Y: Integer;
  end;

procedure Clear;

implementation

constructor TBasket.Create(Owner: string);
begin
  inherited Create;
  FItems := TList.Create;
end;

{ The sum. }
function TBasket.Total(Rate: Double): Double;
var
  I: Integer;
begin
  for I := 0 to Count - 1 do
    Result := Result + Price(I) * Rate;
end;

procedure Clear;
begin
  WriteLn('begin');
end;

end.
