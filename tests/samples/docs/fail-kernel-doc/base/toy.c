/**
 * toy_wind() - Wind it.
 * @turns: How often.
 */
int toy_wind(int turns)
{
}
