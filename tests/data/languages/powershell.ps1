<#
.SYNOPSIS
Baskets and their prices.
#>
using module ./Prices.psm1
Import-Module Shop.Util
. $PSScriptRoot/helpers.ps1
. .\other.ps1

$Limit = 3

<#
.SYNOPSIS
The sum of the prices.
.PARAMETER Items
What is bought.
#>
function Get-Total {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)][object[]]$Items,
        [int]$Times = 1
    )
    begin { $sum = 0 }
    process { foreach ($item in $Items) { $sum += $item.Price } }
    end { Write-Output (Get-Rounded $sum) }
}

function Add-Item {
    <#
    .SYNOPSIS
    Puts an item in.
    #>
    param($Basket, $Item)
    $check = {
        param($price)
        $price -gt 0
    }
    $Basket.Add([Item]::new($Item))
    Get-ChildItem | Where-Object { & $check $_.Price }
}

# Those that are open.
filter Select-Open($Limit) {
    if ($_.Open) { $_ }
}

class Basket : Shop {
    [int]$Count = 0
    hidden [string]$Secret

    Basket([int]$count) {
        $this.Count = $count
    }

    # Puts it in.
    [void] Add([object]$item) {
        $this.Items += $item
    }

    static [Basket] Open() { return [Basket]::new(1) }
}

enum Color {
    Red
    Green = 2
}

Export-ModuleMember -Function Get-Total

Describe "Get-Total" {
    Context 'of an empty basket' {
        It -Name "is zero" -TestCases @(@{ Count = 0 }) {
            param($Count)
            $total = Get-Total -Count $Count
            $total | Should -Be 0
        }
    }

    it "fails without a file" -Skip {
        { Get-Total -Path missing } |
            Should -Throw
    }
}

Add-PodeRoute -Method Get -Path '/orders/:id' -ScriptBlock {
    Find-Order $WebEvent.Parameters['id']
    Write-Log
}
