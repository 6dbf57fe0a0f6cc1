' Baskets.
Imports System.Collections.Generic

Namespace Shop

    ''' <summary>What is bought.</summary>
    <Serializable>
    Public Class Basket
        Inherits Store

        Public Const Limit As Integer = 3

        Public Property Owner As String

        Public ReadOnly Property Count As Integer
            Get
                Return Items.Count
            End Get
        End Property

        ''' <summary>The sum.</summary>
        Public Function Total(ByVal rate As Double) As Double
            For Each item In Items
                Total += item.Price() * rate
            Next
        End Function

        Public MustOverride Sub Pay()

        Private Sub Clear()
            Items = New List(Of Item)
            Log("End Sub is text")
        End Sub
    End Class

    Public Interface IPriced
        Function Price() As Double
    End Interface

    Public Enum State
        Open
    End Enum
End Namespace
