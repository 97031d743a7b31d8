/**
 * box_turn() - Turn it.
 * @turns: How often.
 */
int box_turn(int turns, int slowly) /* undescribed */
{
}
